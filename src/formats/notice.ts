import type { VlessEndpoint } from './endpoint.ts';
import { renderVlessLink } from './vless-link.ts';

/**
 * A link whose remark is the message: the only way to tell a customer something inside an app that shows just a list of
 * servers. It parses everywhere and never connects: nothing listens on port 1 of the phone itself, which fails at once
 * and sends no packet out. An empty list instead would count as a failed update in v2rayNG.
 */
export function renderNotice(text: string): string {
  return renderVlessLink({ ...nowhere, remark: text }, { uuid: '00000000-0000-0000-0000-000000000000' });
}

const nowhere: Omit<VlessEndpoint, 'remark'> = {
  protocol: 'vless',
  // Not a documentation address: Xray 26.7 refuses a whole profile with plain VLESS to a public one (panels.md 6.3).
  address: '127.0.0.1',
  port: 1,
  transport: { type: 'tcp' },
  security: { type: 'none' },
  encryption: 'none',
};
