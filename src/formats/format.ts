import type { ClientCore } from './client-core.ts';
import type { Endpoint, VlessCredential, VlessEndpoint } from './endpoint.ts';

/** One line in the customer's list of servers. */
export interface SubscriptionServer {
  readonly endpoint: Endpoint;
  /** Unused where the endpoint has a secret of its own. */
  readonly credential: VlessCredential;
}

/** Whether VPN apps can do something with it: documents hold these alone. */
export function isVlessServer(
  server: SubscriptionServer,
): server is SubscriptionServer & { readonly endpoint: VlessEndpoint } {
  return server.endpoint.protocol === 'vless';
}

/** What a format renders: everything the customer is to see, already decided. */
export interface SubscriptionView {
  /** What the customer calls it: the name of the profile, where a document has one. */
  readonly title: string;
  /** Sentences that stand before the servers, as entries of the list, because apps show nothing else. */
  readonly notices: readonly string[];
  /** The full set that its apps can use (`lockoutOf`), in the order to show. Never shortened because something is down: apps delete what is missing. */
  readonly servers: readonly SubscriptionServer[];
}

/** One kind of document that client apps take. A new one is a file with one such object and a line in `formats.ts`. */
export interface SubscriptionFormat {
  /** As in `?format=<name>`. */
  readonly name: string;
  readonly contentType: string;
  /** What its apps run on, which decides over the servers that they can use. Absent: links, which apps of any core read. */
  readonly core?: ClientCore;
  /**
   * Pure, and the same bytes for the same view.
   *
   * @throws FormatError FORMAT_ENDPOINT_INVALID; callers then keep the last complete answer
   */
  render(view: SubscriptionView): string;
}
