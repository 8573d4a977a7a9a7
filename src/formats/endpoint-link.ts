import type { Endpoint, VlessCredential } from './endpoint.ts';
import { FormatError } from './errors.ts';
import { renderMtprotoLink } from './mtproto.ts';
import { noticeCredential } from './notice.ts';
import { assertUsable, renderVlessLink } from './vless-link.ts';

/**
 * The link of anything that is sold, for people: pages, QR codes, messages. Documents for apps hold VPN servers alone. A
 * further protocol is a further case, which the compiler asks for.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID if a link made of this would not be usable
 */
export function renderEndpointLink(endpoint: Endpoint, credential: VlessCredential): string {
  switch (endpoint.protocol) {
    case 'vless':
      return renderVlessLink(endpoint, credential);
    case 'mtproto':
      return renderMtprotoLink(endpoint);
  }
}

/** Whether any app could use it. One mistake in an inbound must not cost customers their other servers. */
export function isSound(endpoint: Endpoint): boolean {
  try {
    if (endpoint.protocol === 'vless') assertUsable(endpoint, noticeCredential);
    else renderEndpointLink(endpoint, noticeCredential);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
