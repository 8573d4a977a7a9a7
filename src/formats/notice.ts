import type { VlessCredential, VlessEndpoint } from './endpoint.ts';
import { renderVlessLink } from './vless-link.ts';

/**
 * A server whose remark is the message: the only way to tell a customer something inside an app that shows just a list of
 * servers. It parses everywhere and never connects: nothing listens on port 1 of the phone itself, which fails at once
 * and sends no packet out. An empty list instead would count as a failed update in v2rayNG.
 */
export function noticeEndpoint(text: string): VlessEndpoint {
  return { ...nowhere, remark: text };
}

/** Nobody's. */
export const noticeCredential: VlessCredential = { uuid: '00000000-0000-0000-0000-000000000000' };

/** The message as a link. */
export function renderNotice(text: string): string {
  return renderVlessLink(noticeEndpoint(text), noticeCredential);
}

const nowhere: Omit<VlessEndpoint, 'remark'> = {
  protocol: 'vless',
  // Not a documentation address: Xray 26.7 refuses a whole profile with plain VLESS to a public one.
  address: '127.0.0.1',
  port: 1,
  transport: { type: 'tcp' },
  security: { type: 'none' },
  encryption: 'none',
};
