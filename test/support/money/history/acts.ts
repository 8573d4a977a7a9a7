import fc from 'fast-check';
import { day } from '../terms.ts';

/**
 * One thing that somebody does. Acts are plain numbers and words, so that a history can be printed, played again and made
 * shorter; `pick` means one of what there is at that moment, and an act that finds nothing to act on does nothing.
 */
export type Act =
  | {
      readonly do: 'buy';
      readonly who: Who;
      readonly plan: number;
      readonly pick: number;
      readonly clicks: number;
      readonly method: 'stars' | 'cards';
    }
  | { readonly do: 'another-method'; readonly pick: number; readonly method: 'cards' | 'transfer' }
  | { readonly do: 'pay'; readonly pick: number; readonly how: Payment; readonly lost: boolean }
  | { readonly do: 'collect-renewal'; readonly pick: number; readonly lost: boolean }
  | { readonly do: 'show-receipt'; readonly pick: number; readonly verdicts: readonly ('approved' | 'declined')[] }
  | { readonly do: 'deliver'; readonly count: number; readonly copies: number; readonly backwards: boolean }
  | { readonly do: 'reconcile'; readonly backwards: boolean }
  | { readonly do: 'ask-refund'; readonly pick: number; readonly percent: number; readonly times: number }
  | { readonly do: 'take-back'; readonly pick: number; readonly percent: number; readonly lost: boolean }
  | { readonly do: 'send-refunds'; readonly outcome: 'well' | 'fails' | 'in-doubt' | 'refused' }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'expire' }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'take-trial'; readonly who: Who; readonly taps: number }
  | { readonly do: 'grant' | 'compensate'; readonly pick: number; readonly days: number }
  | { readonly do: 'revoke'; readonly pick: number; readonly which: number }
  | { readonly do: 'suspend' | 'resume'; readonly pick: number }
  | { readonly do: 'ban' | 'unban'; readonly who: Who }
  | { readonly do: 'settle'; readonly pick: number; readonly as: 'refund' | 'extend' | 'dismiss'; readonly on: number }
  | { readonly do: 'run-jobs' }
  | { readonly do: 'provision' }
  | { readonly do: 'save' | 'restore' | 'resume-refunds' }
  | { readonly do: 'at-once'; readonly acts: readonly Act[] };

/** Two customers, so that one can pay what the other ordered. */
export type Who = 0 | 1;

export type Payment =
  | 'right'
  | 'twice'
  | 'too-little'
  | 'too-much'
  | 'another-currency'
  | 'another-payer'
  | 'another-mode'
  | 'unknown-attempt'
  | 'unknown-order'
  | 'another-shop'
  | 'no-mark';

export interface History {
  readonly mode: 'live' | 'test';
  readonly acts: readonly Act[];
}

/** The newest of what there is, mostly: that is where things happen. */
const pick = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1_000) });
const who = fc.constantFrom<Who>(0, 1);
const lost = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);

const wrong = fc.constantFrom<Payment>(
  'too-little',
  'too-much',
  'another-currency',
  'another-payer',
  'another-mode',
  'unknown-attempt',
  'unknown-order',
  'another-shop',
  'no-mark',
);
const how = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Payment>('right') },
  { weight: 2, arbitrary: fc.constant<Payment>('twice') },
  { weight: 2, arbitrary: wrong },
);
const percent = fc.constantFrom(100, 100, 50, 30);
const verdict = fc.constantFrom('approved' as const, 'approved' as const, 'declined' as const);

function act<Name extends Act['do'], Fields extends object>(
  name: Name,
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
): fc.Arbitrary<{ do: Name } & Fields> {
  return fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<{ do: Name } & Fields>;
}

const buy = act('buy', {
  who,
  plan: fc.nat(2),
  pick,
  clicks: fc.constantFrom(1, 1, 2, 4),
  method: fc.constantFrom('stars' as const, 'stars' as const, 'cards' as const),
});
const pay = act('pay', { pick, how, lost });
const deliver = act('deliver', {
  count: fc.integer({ min: 1, max: 4 }),
  copies: fc.integer({ min: 1, max: 3 }),
  backwards: fc.boolean(),
});

/** What may happen while something else does. */
const single: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: buy },
  { weight: 8, arbitrary: pay },
  { weight: 6, arbitrary: deliver },
  { weight: 2, arbitrary: act('reconcile', { backwards: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: act('another-method', { pick, method: fc.constantFrom('cards' as const, 'transfer' as const) }),
  },
  { weight: 1, arbitrary: act('collect-renewal', { pick, lost }) },
  { weight: 2, arbitrary: act('show-receipt', { pick, verdicts: fc.array(verdict, { minLength: 1, maxLength: 2 }) }) },
  { weight: 3, arbitrary: act('ask-refund', { pick, percent, times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: act('take-back', { pick, percent, lost }) },
  {
    weight: 2,
    arbitrary: act('send-refunds', {
      outcome: fc.constantFrom('well' as const, 'fails' as const, 'in-doubt' as const, 'refused' as const),
    }),
  },
  { weight: 1, arbitrary: act('cancel', { pick }) },
  { weight: 1, arbitrary: act('expire', {}) },
  { weight: 1, arbitrary: act('take-trial', { who, taps: fc.constantFrom(1, 4) }) },
  { weight: 1, arbitrary: act('grant', { pick, days: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: act('compensate', { pick, days: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: act('revoke', { pick, which: pick }) },
  { weight: 1, arbitrary: act('suspend', { pick }) },
  { weight: 1, arbitrary: act('resume', { pick }) },
  { weight: 1, arbitrary: act('ban', { who }) },
  { weight: 1, arbitrary: act('unban', { who }) },
  {
    weight: 2,
    arbitrary: act('settle', {
      pick,
      as: fc.constantFrom('refund' as const, 'extend' as const, 'dismiss' as const),
      on: pick,
    }),
  },
  { weight: 1, arbitrary: act('run-jobs', {}) },
  { weight: 2, arbitrary: act('provision', {}) },
  { weight: 1, arbitrary: act('resume-refunds', {}) },
);

const waits = fc.constantFrom(60, 400, 7_200, day, 3 * day, 10 * day, 35 * day);

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 24, arbitrary: single },
  { weight: 4, arbitrary: act('wait', { seconds: waits }) },
  { weight: 3, arbitrary: act('at-once', { acts: fc.array(single, { minLength: 2, maxLength: 4 }) }) },
  { weight: 2, arbitrary: act('save', {}) },
  { weight: 2, arbitrary: act('restore', {}) },
);

/** Begins with a purchase, so that something is at stake. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    mode: fc.constantFrom('live' as const, 'live' as const, 'test' as const),
    first: buy,
    payment: pay,
    rest: fc.array(acts, { minLength: 2, maxLength: 22, size: 'max' }),
  })
  .map(({ mode, first, payment, rest }) => ({ mode, acts: [first, payment, ...rest] }));

/** The history of a number: the same one on every machine. */
export function historyOf(seed: number): History {
  const [history] = fc.sample(histories, { seed, numRuns: 1 });
  if (history === undefined) throw new Error('fast-check gave no history');
  return history;
}
