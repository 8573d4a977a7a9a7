import {
  findByToken,
  type Queryable,
  type ShopRendering,
  type SubscriptionDocument as StoredDocument,
} from '../store/index.ts';
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

/** Exported for whoever reads many at once, and for tests. */
export function toDocument(stored: StoredDocument): SubscriptionDocument {
  const { token, state, language, rendering } = stored;
  return {
    subscriptionId: stored.subscriptionId,
    ...(language === undefined ? {} : { language }),
    ...(rendering === undefined ? {} : { shop: JSON.parse(rendering) as ShopRendering }),
    token: {
      revoked: token.state === 'revoked',
      ...(token.state === 'retired' ? { retiredAtMs: token.sinceMs } : {}),
    },
    suspended: state.suspended,
    limited: state.limited,
    ...(state.trafficReset === undefined ? {} : { trafficReset: state.trafficReset }),
    ...entitledTo(stored),
    delivery: {
      ready: stored.panels.filter(({ endpoints }) => endpoints.length > 0).length,
      ...(state.panelsWanted === undefined ? {} : { total: state.panelsWanted }),
    },
    servers: stored.panels.flatMap(({ clientUuid, endpoints }) =>
      endpoints.map(({ endpoint }) => ({ endpoint, clientUuid })),
    ),
  };
}

type Entitled = Pick<SubscriptionDocument, 'title' | 'titles' | 'access' | 'expiresAtMs' | 'usage' | 'devices'>;

function entitledTo({ entitlement, usage: { upBytes, downBytes }, devices }: StoredDocument): Entitled {
  const usage = { uploadBytes: Number(upBytes), downloadBytes: Number(downBytes) };
  // A subscription without an entitlement was recorded a moment ago and has no servers either.
  if (entitlement === undefined) return { access: 'granted', usage };
  const { title: titles, expiresAtMs, trafficLimitBytes, deviceLimit, access } = entitlement;
  const title = titles['default'];
  return {
    access,
    ...(title === undefined ? {} : { title }),
    ...(Object.keys(titles).length > 1 ? { titles } : {}),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    usage: trafficLimitBytes === undefined ? usage : { ...usage, limitBytes: Number(trafficLimitBytes) },
    ...(deviceLimit === undefined ? {} : { devices: { limit: deviceLimit, known: devices } }),
  };
}
