import { createHash } from 'node:crypto';
import type { DesiredClient } from '../driver.ts';
import { emailOn, type Dialect } from './dialect.ts';
import type { OwnClient } from './holdings.ts';
import { decodeExpiry, encodeQuota, wholeSecond } from './limits.ts';
import { ownershipMark } from './mark.ts';
import type { ClientEntry, Snapshot } from './snapshot.ts';
import { subIdOf } from './sub-id.ts';

interface Essence {
  readonly uuid: string;
  readonly subId: string;
  readonly enabled: boolean;
  /** Whole seconds in epoch milliseconds; a text when the panel holds none that we could have written. */
  readonly expiry: number | string;
  readonly quota: number;
  /** Tags of the inbounds, sorted. */
  readonly inbounds: readonly string[];
  /** What is not as it should be, whatever is desired; empty when there is nothing. */
  readonly flaws: string;
}

/** Hashed because fingerprints are stored, and a UUID is a credential. */
function digest({ uuid, subId, enabled, expiry, quota, inbounds, flaws }: Essence): string {
  const text = JSON.stringify([uuid, subId, enabled, expiry, quota, inbounds, flaws]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

export function fingerprintOfDesired(desired: DesiredClient, dialect: Dialect): string {
  return digest({
    uuid: desired.uuid,
    subId: subIdOf(desired.uuid),
    enabled: desired.enabled,
    expiry: wholeSecond(desired.expiresAtMs),
    quota: encodeQuota(desired.quotaBytes, dialect.limits),
    inbounds: desired.inbounds.toSorted(),
    flaws: '',
  });
}

/**
 * @param skewMs the panel's clock minus ours: an expiry that was written for another difference is drift
 */
export function fingerprintOfClient(
  client: OwnClient,
  context: {
    readonly snapshot: Snapshot;
    readonly dialect: Dialect;
    readonly skewMs: number;
    readonly installationId: string;
  },
): string {
  const { snapshot, dialect, skewMs, installationId } = context;
  const [first] = client.entries;
  if (first === undefined) throw new Error(`client ${client.email} has no entries`);
  const wanted: Expected = {
    first,
    dialect,
    email: client.email,
    mark: ownershipMark(installationId, client.subscriptionId),
  };
  const inbounds = client.entries.map(({ inboundId }) => snapshot.byId.get(inboundId));
  const flaws = new Set(client.entries.flatMap((entry, at) => flawsOf(entry, inbounds[at]?.flow ?? '', wanted)));
  return digest({
    uuid: first.uuid,
    subId: first.subId,
    enabled: first.enabled,
    expiry: decodeExpiry(first.expiryTime, skewMs, dialect.limits) ?? `raw ${String(first.expiryTime)}`,
    quota: first.totalBytes,
    inbounds: inbounds.map((inbound) => inbound?.tag ?? '').toSorted(),
    flaws: [...flaws].toSorted().join(),
  });
}

interface Expected {
  readonly first: ClientEntry;
  readonly dialect: Dialect;
  readonly email: string;
  readonly mark: string;
}

function flawsOf(entry: ClientEntry, flow: string, { first, dialect, email, mark }: Expected): readonly string[] {
  const isCopy =
    entry.uuid === first.uuid &&
    entry.subId === first.subId &&
    entry.enabled === first.enabled &&
    entry.expiryTime === first.expiryTime &&
    entry.totalBytes === first.totalBytes;
  return [
    ...(isCopy ? [] : ['mixed']),
    ...(entry.email === emailOn(dialect, email, entry.inboundId) ? [] : ['name']),
    ...(entry.comment === mark ? [] : ['owner']),
    // While it is off nobody connects, and some versions cannot set both at once.
    ...(!entry.enabled || entry.flow === flow ? [] : [`flow ${entry.flow}`]),
  ];
}
