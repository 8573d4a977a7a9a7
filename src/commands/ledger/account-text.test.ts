import { describe, expect, it } from 'vitest';
import type { GrantEntry, LedgerEntry, NamedSubscription, PlanTerms, SubscriptionAccount } from '../../ledger/index.ts';
import { accountJson } from './account-json.ts';
import { accountText } from './account-text.ts';
import { amountText, spanText } from './words.ts';

const day = 86_400;
const start = Date.parse('2026-11-01T06:21:39Z') / 1000;
const orderId = '019a4f00-0000-7000-8000-000000000002';

const subscription: NamedSubscription = {
  id: '019a4f00-0000-7000-8000-000000000001',
  namespace: 'shop-a',
  name: 'sub-019a4f00-0000-7000-8000-000000000001',
  shortId: '8f3k2m9qx0vd',
  source: 'ledger',
  shop: { id: '019a4f00-0000-7000-8000-000000000000', name: 'vpn' },
  customerId: '019a4f00-0000-7000-8000-000000000003',
  telegramId: 4242,
  createdAtMs: start * 1000,
  deletedAtMs: undefined,
};

const terms = (plan: string, days: number): PlanTerms => ({
  plan,
  title: { default: plan },
  lengthSeconds: days * day,
  panelSelector: {},
  minPanels: 1,
  trafficReset: 'Never',
});

type Draft = Partial<GrantEntry> & Pick<LedgerEntry, 'source'>;

/** Entry number `sequence`, `days` after the first. */
const base = (sequence: number, days: number, draft: Draft): Omit<GrantEntry, 'kind' | 'terms' | 'lengthSeconds'> => ({
  id: `entry ${String(sequence)}`,
  subscriptionId: subscription.id,
  sequence,
  at: start + days * day,
  cause: `cause ${String(sequence)}`,
  author: 'wayleave',
  reason: '',
  orderId: undefined,
  ...draft,
});

const grant = (sequence: number, days: number, of: PlanTerms, draft: Draft): GrantEntry => ({
  ...base(sequence, days, draft),
  kind: 'grant',
  terms: of,
  lengthSeconds: draft.lengthSeconds ?? of.lengthSeconds,
});

const entries: readonly LedgerEntry[] = [
  grant(1, 0, terms('trial', 3), { source: 'trial', reason: 'trial of plan trial' }),
  grant(2, 2, terms('month', 30), { source: 'charge', author: 'telegram', reason: 'charge stxAb12 of stars', orderId }),
  grant(3, 5, terms('year', 365), { source: 'charge', author: 'telegram', reason: 'charge stxCd34 of stars' }),
  {
    ...base(4, 8, { source: 'refund', author: 'cli:ann@ops-1', reason: 'refund of charge stxCd34 of stars' }),
    kind: 'reversal',
    target: 'entry 3',
    part: undefined,
  },
  grant(5, 9, terms('month', 30), {
    source: 'compensation',
    lengthSeconds: 6 * 3600,
    author: 'cli:ann@ops-1',
    reason: 'the panels in NL were down for most of the night, and he wrote to us three times about it',
  }),
  { ...base(6, 9, { source: 'admin', author: 'admin:77', reason: 'abuse report 77' }), kind: 'hold' },
  {
    ...base(7, 10, { source: 'admin', author: 'admin:77', reason: 'cleared up' }),
    kind: 'release',
    target: 'entry 6',
  },
  { ...base(8, 10, { source: 'ban', author: 'admin:77', reason: 'resold his address' }), kind: 'hold' },
];

const account: SubscriptionAccount = {
  now: start + 11 * day,
  entries,
  orders: [
    {
      id: orderId,
      plan: 'month',
      state: 'paid',
      createdAtMs: (start + 2 * day - 60) * 1000,
      closedAtMs: (start + 2 * day) * 1000,
      grantedRevision: 2,
      provisionedAtMs: (start + 2 * day + 4) * 1000,
    },
  ],
  charges: [
    {
      provider: 'stars',
      chargeId: 'stxAb12',
      orderId,
      amountMinor: 150n,
      currency: 'XTR',
      live: true,
      disposition: 'granted',
      reason: '',
      paidAtMs: (start + 2 * day) * 1000,
      refundedMinor: 0n,
      settlement: undefined,
      settledBy: undefined,
      refunds: [],
    },
    {
      provider: 'stars',
      chargeId: 'stxEf56',
      orderId,
      amountMinor: 150n,
      currency: 'XTR',
      live: true,
      disposition: 'surplus',
      reason: 'the order is paid already',
      paidAtMs: (start + 2 * day + 60) * 1000,
      refundedMinor: 150n,
      settlement: 'refunded',
      settledBy: undefined,
      refunds: [
        {
          id: '019a4f00-0000-7000-8000-000000000004',
          amountMinor: 150n,
          state: 'confirmed',
          requestedBy: 'wayleave',
          reason: 'the order was paid twice',
          refusal: undefined,
          createdAtMs: (start + 2 * day + 60) * 1000,
          closedAtMs: (start + 2 * day + 61) * 1000,
        },
      ],
    },
  ],
  delivery: {
    revision: 6,
    provisionedRevision: 5,
    panels: 2,
    suspended: false,
    limited: false,
    waiting: { sinceMs: (start + 11 * day - 95) * 1000, attempts: 4, error: 'the API server does not answer' },
  },
};

describe('the account of a subscription', () => {
  it('reads well on a terminal of 100 columns', async () => {
    const text = accountText(subscription, account, 100);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    await expect(text).toMatchFileSnapshot('account-text.golden.txt');
  });

  it('has one shape for programs, whatever is known', async () => {
    await expect(`${JSON.stringify(accountJson(subscription, account), null, 2)}\n`).toMatchFileSnapshot(
      'account-json.golden.json',
    );
    const empty = accountJson(subscription, { ...account, entries: [], orders: [], charges: [], delivery: undefined });
    expect(Object.keys(empty)).toEqual(Object.keys(accountJson(subscription, account)));
  });

  it('says so of one that nothing was granted to', () => {
    const text = accountText(
      subscription,
      { ...account, entries: [], orders: [], charges: [], delivery: undefined },
      100,
    );
    expect(text).toContain('never began');
  });
});

describe('words', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [3_600, '1 h'],
    [3_661, '1 h 1 min'],
    [27 * day + 4 * 3_600 + 59, '27 d 4 h'],
    [day + 59, '1 d'],
    [-90, '1 min 30 s'],
  ])('%d seconds are "%s"', (seconds, expected) => expect(spanText(seconds)).toBe(expected));

  it.each([
    [150n, 'XTR', '150 XTR'],
    [19_900n, 'RUB', '199.00 RUB'],
    [5n, 'RUB', '0.05 RUB'],
    [1n, 'BTC', '0.00000001 BTC'],
  ])('%d minor units of %s are "%s"', (minor, currency, expected) =>
    expect(amountText(minor, currency)).toBe(expected),
  );
});
