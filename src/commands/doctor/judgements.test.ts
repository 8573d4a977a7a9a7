import { describe, expect, it } from 'vitest';
import type { VPNPanel, VPNShop } from '../../api/index.ts';
import type { Lease } from '../../kube/index.ts';
import type { ShopRecord } from '../../ledger/index.ts';
import type { PanelProbe } from '../../panels/driver.ts';
import { isContained } from './contained.ts';
import { judgeClock } from './judge-clock.ts';
import { judgeLease } from './judge-lease.ts';
import { judgePanel } from './judge-panel.ts';
import { judgeQueues } from './queue-checks.ts';
import { judgeRights } from './judge-rights.ts';
import { judgeShop, type TelegramAnswer } from './judge-shop.ts';

const noon = Date.parse('2026-11-30T12:00:00Z');

function lease(spec: Lease['spec'] & object): Lease {
  const metadata = { name: 'wayleave-operator', annotations: { 'wayleave.dev/version': '1.2.3' } };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

describe('a Lease', () => {
  const held = { holderIdentity: 'pod-1_0b8f', leaseDurationSeconds: 15 };

  it.each([
    ['held and renewed', lease({ ...held, renewTime: '2026-11-30T11:59:50.000000Z' }), 'ok'],
    ['renewed a moment too late', lease({ ...held, renewTime: '2026-11-30T11:59:35.000000Z' }), 'ok'],
    ['silent', lease({ ...held, renewTime: '2026-11-30T11:59:00.000000Z' }), 'fail'],
    ['never renewed', lease(held), 'fail'],
    ['let go', lease({ holderIdentity: '', renewTime: '2026-11-30T12:00:00.000000Z' }), 'fail'],
    ['that was never held', undefined, 'fail'],
  ])('%s', (_, seen, verdict) => {
    expect(judgeLease(seen, noon).verdict).toBe(verdict);
  });

  it('names its holder and the version of that', () => {
    const { says } = judgeLease(lease({ ...held, renewTime: '2026-11-30T12:00:00.000000Z' }), noon);
    expect(says).toBe('held by pod-1, version 1.2.3');
  });
});

describe('a definition', () => {
  it.each([
    ['is as applied, with defaults added', { a: [{ b: 1 }] }, { a: [{ b: 1, c: 'x' }], d: {} }, true],
    ['lacks a field', { a: { b: 1, c: 2 } }, { a: { b: 1 } }, false],
    ['has another value', { a: { b: 1 } }, { a: { b: 2 } }, false],
    ['has a list of another length', { a: [1] }, { a: [1, 2] }, false],
    ['does not send what is undefined', { a: undefined }, {}, true],
    ['is no object', { a: {} }, { a: null }, false],
  ])('%s', (_, wanted, held, expected) => {
    expect(isContained(wanted, held)).toBe(expected);
  });
});

function condition(type: string, status: 'True' | 'False', reason: string): object {
  return { type, status, reason, message: 'in its own words', lastTransitionTime: '2026-11-30T12:00:00Z' };
}

describe('a panel', () => {
  const panel = (conditions: readonly object[], spec: object = {}): VPNPanel =>
    ({ metadata: { name: 'nl' }, spec: { paused: false, ...spec }, status: { conditions } }) as unknown as VPNPanel;
  const answers = (probe: object = {}): { probe: PanelProbe } => ({
    probe: { core: { state: 'running' }, ...probe } as unknown as PanelProbe,
  });
  const ready = condition('Ready', 'True', 'Ready');
  const reachable = condition('Reachable', 'True', 'Reachable');
  const unreachable = condition('Ready', 'False', 'Unreachable');
  const held = condition('RevocationsHeld', 'True', 'TooManyRevocations');
  const inAWeek = { certificateUntilMs: noon + 7 * 86_400_000 };
  const inAMonth = { certificateUntilMs: noon + 30 * 86_400_000 };

  it.each([
    ['that is ready and answers', panel([ready, reachable]), answers(inAMonth), ['ok']],
    ['that the operator cannot reach', panel([unreachable]), { failure: 'refused' }, ['fail']],
    ['that only the operator can reach', panel([ready, reachable]), { failure: 'refused' }, ['warn']],
    ['whose Secret may not be read here', panel([ready]), { notTried: 'forbidden' }, ['ok']],
    ['whose certificate ends soon', panel([ready]), answers(inAWeek), ['warn']],
    ['whose Xray does not run', panel([ready]), answers({ core: { state: 'error', message: 'x' } }), ['fail']],
    ['that somebody paused', panel([unreachable], { paused: true }), answers(), ['warn']],
    ['that is only read', panel([condition('Ready', 'False', 'Observing')]), answers(), ['warn']],
    ['that holds removals', panel([ready, held]), answers(), ['warn']],
    ['that nobody has looked at', panel([]), answers(), ['warn']],
  ] as const)('%s', (_, it_, own, verdicts) => {
    expect(judgePanel(it_, own, noon).map(({ verdict }) => verdict)).toEqual(verdicts);
  });
});

describe('a shop', () => {
  const shop = (conditions: readonly object[], updates = 'Polling'): VPNShop =>
    ({ spec: { mode: 'Live', bot: { updates } }, status: { conditions } }) as unknown as VPNShop;
  const ready = shop([condition('Ready', 'True', 'Ready')]);
  const byWebhook = shop([condition('Ready', 'True', 'Ready')], 'Webhook');
  const answers = (webhook: object = {}): TelegramAnswer => ({
    outcome: 'Answers',
    bot: { botId: 1, userName: 'shop_bot', webhook: { url: '', pendingUpdates: 0, ...webhook } },
  });
  const refused: TelegramAnswer = { outcome: 'TokenRefused', message: 'Unauthorized' };
  const silent: TelegramAnswer = { outcome: 'TelegramUnreachable', message: 'refused' };
  const paused = { namespace: 'a', name: 'b', refundsPausedAtMs: noon } as ShopRecord;

  it.each([
    ['that sells', ready, undefined, answers(), ['ok']],
    ['whose token is refused', ready, undefined, refused, ['fail']],
    ['whose Telegram is silent', ready, undefined, silent, ['fail']],
    [
      'whose Telegram answers the bot alone',
      shop([condition('Ready', 'True', 'Ready'), condition('BotReachable', 'True', 'BotAnswers')]),
      undefined,
      silent,
      ['warn'],
    ],
    ['whose webhook nobody set', byWebhook, undefined, answers(), ['fail']],
    ['that is polled while a webhook is set', ready, undefined, answers({ url: 'https://x.example' }), ['fail']],
    [
      'with a crowd before the door',
      byWebhook,
      undefined,
      answers({ url: 'https://x.example', pendingUpdates: 101 }),
      ['warn'],
    ],
    ['that cannot be paid', shop([condition('Ready', 'False', 'NoMethodUsable')]), undefined, answers(), ['fail']],
    ['that nobody has looked at', shop([]), undefined, answers(), ['warn']],
    ['whose refunds are paused', ready, paused, answers(), ['warn']],
  ] as const)('%s', (_, it_, record, answer, verdicts) => {
    expect(judgeShop(it_, record, answer).map(({ verdict }) => verdict)).toEqual(verdicts);
  });
});

describe('what waits for a person', () => {
  it('is nothing to worry about when nothing does', () => {
    expect(judgeQueues([{ queue: 'transfers', count: 0, oldestSeconds: 0 }]).verdict).toBe('ok');
  });

  it('is counted by queue, with the age of the oldest', () => {
    const seen = judgeQueues([
      { queue: 'transfers', count: 1, oldestSeconds: 21 },
      { queue: 'surplus', count: 0, oldestSeconds: 0 },
      { queue: 'refused', count: 2, oldestSeconds: 7200 },
    ]);
    expect(seen.verdict).toBe('warn');
    expect(seen.says).toContain('1 transfer (21 s), 2 refused (2 h)');
  });
});

describe('a clock', () => {
  const asking = { askedMs: noon, answeredMs: noon + 1_000, coarseMs: 500 };

  it.each([
    ['in the middle of our question', noon + 500, 'ok'],
    ['as far off as the question took', noon + 3_400, 'ok'],
    ['surely off', noon + 10_000, 'warn'],
    ['far off', noon - 60_000, 'fail'],
    ['that is not told', Number.NaN, 'skip'],
  ])('%s', (_, theirs, verdict) => {
    expect(judgeClock(theirs, asking).verdict).toBe(verdict);
  });
});

describe('rights', () => {
  const asked = (part: string, account: string | undefined, missing: readonly string[]) => ({ part, account, missing });

  it.each([
    ['of known accounts, all there', [asked('operator', 'a', []), asked('bot', 'b', [])], ['ok', 'ok']],
    [
      'of a known account, some missing',
      [asked('operator', 'a', ['get secrets']), asked('bot', 'b', [])],
      ['fail', 'ok'],
    ],
    ['of whoever asks, who may do all', [asked('operator', undefined, []), asked('bot', undefined, [])], ['ok']],
    ['of the account of one part', [asked('operator', undefined, []), asked('bot', undefined, ['x'])], ['ok']],
    ['of somebody else', [asked('operator', undefined, ['x']), asked('bot', undefined, ['x', 'y'])], ['warn']],
  ])('%s', (_, all, verdicts) => {
    expect(judgeRights(all).map(({ verdict }) => verdict)).toEqual(verdicts);
  });
});
