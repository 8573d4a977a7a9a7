import { findByToken, type Queryable, type SubscriptionDocument as StoredDocument } from '../store/index.ts';
import type { SubscriptionDocument, SubscriptionSource } from './source.ts';

/** Documents from Postgres. */
export function storeSource(db: Queryable): SubscriptionSource {
  return {
    async find(tokenHash) {
      const stored = await findByToken(db, tokenHash);
      return stored === undefined ? undefined : toDocument(stored);
    },
  };
}

/** Pure; exported for tests. */
export function toDocument(stored: StoredDocument): SubscriptionDocument {
  const { token, entitlement, state, usage } = stored;
  const title = entitlement?.title['default'];
  const expiresAtMs = entitlement?.expiresAtMs;
  const limit = entitlement?.trafficLimitBytes;
  return {
    subscriptionId: stored.subscriptionId,
    ...(title === undefined ? {} : { title }),
    token: {
      revoked: token.state === 'revoked',
      ...(token.state === 'retired' ? { retiredAtMs: token.sinceMs } : {}),
    },
    suspended: state.suspended,
    limited: state.limited,
    // A subscription without an entitlement was recorded a moment ago and has no servers either.
    access: entitlement?.access ?? 'granted',
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    usage: {
      uploadBytes: Number(usage.upBytes),
      downloadBytes: Number(usage.downBytes),
      ...(limit === undefined ? {} : { limitBytes: Number(limit) }),
    },
    servers: stored.panels.flatMap(({ clientUuid, endpoints }) =>
      endpoints.map(({ endpoint }) => ({ endpoint, clientUuid })),
    ),
  };
}
