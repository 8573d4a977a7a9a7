import { describe, expect, it } from 'vitest';

import { bareDocument } from '../../test/support/subscription-service.ts';
import type { SubscriptionDocument } from './source.ts';
import { movedNoticeMs, showsServers, standingOf } from './standing.ts';

const now = 1_800_000_000_000;
const server = { endpoint: {}, clientUuid: 'x' };
const document = (change: Partial<SubscriptionDocument> = {}): SubscriptionDocument =>
  bareDocument({ servers: [server], ...change });

describe('the standing of a subscription', () => {
  it.each([
    ['active', {}],
    ['active', { expiresAtMs: now + 1 }],
    ['preparing', { servers: [] }],
    ['expired', { expiresAtMs: now }],
    ['expired', { expiresAtMs: now - 1, limited: true }],
    ['expired', { expiresAtMs: now - 1, servers: [] }],
    ['limited', { limited: true }],
    ['suspended', { suspended: true, expiresAtMs: now - 1 }],
    ['denied', { access: 'denied', suspended: true }],
    ['unknown', { token: { revoked: true } }],
    ['unknown', { token: { revoked: true, retiredAtMs: now } }],
    // The clock of the database may be ahead of ours: not yet retired.
    ['active', { token: { revoked: false, retiredAtMs: now + 1 } }],
    ['moved', { token: { revoked: false, retiredAtMs: now } }],
    ['moved', { token: { revoked: false, retiredAtMs: now - movedNoticeMs + 1 }, suspended: true }],
    ['unknown', { token: { revoked: false, retiredAtMs: now - movedNoticeMs } }],
  ] as const)('is %s for %j', (standing, change) => {
    expect(standingOf(document(change), now)).toBe(standing);
  });

  it('keeps the servers of an expired and of a used-up one, so that a renewal works without a tap', () => {
    const shown = (['active', 'expired', 'limited', 'preparing', 'suspended', 'denied', 'moved'] as const).filter(
      showsServers,
    );
    expect(shown).toEqual(['active', 'expired', 'limited']);
  });
});
