import { describe, expect, it } from 'vitest';
import { adminActions, adminRoles, may, refundCapMinor, rolesFor, type AdminAction } from './roles.ts';

const firstRole = {
  see: 'support',
  answer: 'support',
  suspend: 'support',
  rotate: 'support',
  compensate: 'support',
  transfers: 'finance',
  refund: 'finance',
  queues: 'finance',
  revenue: 'finance',
  ban: 'owner',
  grant: 'owner',
  'resume-refunds': 'owner',
  admins: 'owner',
} as const satisfies Record<AdminAction, string>;

describe('rights of admins', () => {
  it.each(adminActions)('%s: from the first role on', (action) => {
    const allowed = adminRoles.slice(adminRoles.indexOf(firstRole[action]));
    expect(rolesFor(action)).toEqual(allowed);
    for (const role of adminRoles) expect(may(role, action)).toBe(allowed.includes(role));
  });

  it.each([
    ['support', undefined, 'XTR', 0n],
    ['support', 10n, 'XTR', 0n],
    ['finance', undefined, 'XTR', 5000n],
    ['finance', undefined, 'USD', 10_000n],
    ['finance', undefined, 'XYZ', 0n],
    ['finance', 7n, 'RUB', 7n],
    ['owner', undefined, 'RUB', undefined],
    ['owner', 7n, 'RUB', 7n],
  ] as const)('%s with a cap of %s may refund in %s: %s', (role, own, currency, cap) => {
    expect(refundCapMinor(role, own, currency)).toBe(cap);
  });
});
