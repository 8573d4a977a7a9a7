import { createHash } from 'node:crypto';
import type { WireClient } from './desired.ts';
import { placeholderMark } from './mark.ts';

/**
 * The client that keeps an inbound from becoming empty: below v3.1 the last one cannot be deleted, so without it the last
 * customer to leave would stay. Switched off for ever; the same name and UUID each time it is needed.
 */
export function placeholderClient(installationId: string, inboundId: number): WireClient {
  const seed = createHash('sha256')
    .update(`wayleave placeholder ${installationId} ${String(inboundId)}`)
    .digest('hex');
  const id = [
    seed.slice(0, 8),
    seed.slice(8, 12),
    `4${seed.slice(13, 16)}`,
    `8${seed.slice(17, 20)}`,
    seed.slice(20, 32),
  ].join('-');
  return {
    id,
    email: `wl-placeholder-${seed.slice(32, 40)}-in${String(inboundId)}`,
    subId: seed.slice(40, 64),
    flow: '',
    enable: false,
    expiryTime: 0,
    totalGB: 0,
    comment: placeholderMark(installationId),
    limitIp: 0,
    reset: 0,
  };
}
