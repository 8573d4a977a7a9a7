import type { KubeObject, Resource } from './objects.ts';

export const leaseResource: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

/** RFC 3339 with six digits: the API server's MicroTime refuses the three that `toISOString` gives. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/** What `identity` writes to take or renew. Times in it are for people; nobody judges by them. */
export function heldBy(
  identity: string,
  previous: Lease | undefined,
  leaseDurationMs: number,
  nowMs: number,
): LeaseSpec {
  const spec = previous?.spec;
  const renewTime = microTime(nowMs);
  const keeps = spec?.holderIdentity === identity;
  const transitions = spec?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(leaseDurationMs / 1000)),
    acquireTime: keeps && spec.acquireTime !== undefined ? spec.acquireTime : renewTime,
    renewTime,
    leaseTransitions: keeps || previous === undefined ? transitions : transitions + 1,
  };
}

/** What a holder writes when it goes, so that its successor need not wait. */
export function releasedBy(previous: Lease, nowMs: number): LeaseSpec {
  const now = microTime(nowMs);
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: previous.spec?.leaseTransitions ?? 0,
  };
}
