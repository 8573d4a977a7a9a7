import { isVlessServer, type SubscriptionFormat, type SubscriptionView } from './format.ts';
import { renderNotice } from './notice.ts';
import { renderVlessLink } from './vless-link.ts';

/** Links as a base64 list: standard alphabet, padded, joined by newlines. What every app understands. */
export function renderLinkList(links: readonly string[]): string {
  return Buffer.from(links.join('\n'), 'utf8').toString('base64');
}

/** The universal format. */
export const base64Links: SubscriptionFormat = {
  name: 'links',
  contentType: 'text/plain; charset=utf-8',
  render: (view) => renderLinkList(viewLinks(view)),
};

/** The same list unencoded, for people with curl and for mihomo's providers. */
export const plainLinks: SubscriptionFormat = {
  name: 'plain',
  contentType: 'text/plain; charset=utf-8',
  render: (view) => viewLinks(view).join('\n'),
};

function viewLinks(view: SubscriptionView): readonly string[] {
  return [
    ...view.notices.map((text) => renderNotice(text)),
    ...view.servers.filter(isVlessServer).map(({ endpoint, credential }) => renderVlessLink(endpoint, credential)),
  ];
}
