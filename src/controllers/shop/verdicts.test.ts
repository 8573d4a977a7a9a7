import { describe, expect, it } from 'vitest';
import type { ShopConditionType, VPNPlan, VPNShop, VPNShopSpec } from '../../api/index.ts';
import { answers, servedShopOf } from '../../../test/support/shops.ts';
import type { MethodVerdict } from './methods.ts';
import { stoppedFor, type ShopObservation } from './observation.ts';
import type { BotFacts, RunningShop } from './ports.ts';
import { judgeShop } from './verdicts.ts';

const nowMs = Date.UTC(2026, 0, 1);
const ours = 'https://bot.example.com/telegram/ns/shop';

const stars: MethodVerdict = {
  name: 'stars',
  provider: 'Stars',
  enabled: true,
  reason: 'Usable',
  message: '',
  usable: { name: 'stars', provider: 'Stars', title: {}, currency: 'XTR', secret: {} },
};
const broken: MethodVerdict = {
  name: 'card',
  provider: 'Manual',
  enabled: true,
  reason: 'SecretMissing',
  message: 'Secret card does not exist',
  usable: undefined,
};

const running = (changes: Partial<RunningShop> = {}): RunningShop => ({
  refundsPaused: false,
  webhookUrl: undefined,
  isPolledElsewhere: false,
  ...changes,
});

const found = (changes: Partial<ShopObservation> = {}): ShopObservation => ({
  stopped: undefined,
  probe: answers(),
  isWebhookSecretValid: true,
  methods: [stars],
  failure: undefined,
  running: running(),
  trialPlan: undefined,
  ...changes,
});

function judge(observation: ShopObservation, spec: Partial<VPNShopSpec> = {}): Record<ShopConditionType, string> {
  const shop: VPNShop = servedShopOf(spec);
  const verdicts = Object.entries(judgeShop(shop, observation, nowMs));
  return Object.fromEntries(verdicts.map(([type, { status, reason }]) => [type, `${status}/${reason}`])) as Record<
    ShopConditionType,
    string
  >;
}

it('is ready when the bot answers and customers can pay', () => {
  expect(judge(found())).toEqual({
    Ready: 'True/Ready',
    OnlyShop: 'True/OnlyShop',
    BotReachable: 'True/BotAnswers',
    WebhookSet: 'False/NotUsed',
    PaymentsReady: 'True/PaymentsReady',
    RefundsPaused: 'False/RefundsRunning',
  });
});

it('says of a second shop that another one is served, and nothing of its bot', () => {
  expect(judge(stoppedFor('AnotherShop', 'VPNShop main is older'))).toEqual({
    Ready: 'False/AnotherShop',
    OnlyShop: 'False/AnotherShop',
    BotReachable: 'Unknown/NotServed',
    WebhookSet: 'Unknown/NotServed',
    PaymentsReady: 'Unknown/NotServed',
    RefundsPaused: 'Unknown/NotServed',
  });
});

describe('the bot', () => {
  it.each([
    ['TokenRefused', { probe: { outcome: 'TokenRefused', message: 'Unauthorized' } }],
    ['TelegramUnreachable', { probe: { outcome: 'TelegramUnreachable', message: 'no answer' } }],
    ['TokenMissing', { probe: undefined, stopped: { status: 'False', reason: 'TokenMissing', message: '' } }],
    [
      'SimulatorInLiveShop',
      { probe: undefined, stopped: { status: 'False', reason: 'SimulatorInLiveShop', message: '' } },
    ],
  ] as const)('makes the shop not ready: %s', (reason, changes) => {
    const verdicts = judge(found(changes));
    expect(verdicts).toMatchObject({ Ready: `False/${reason}`, BotReachable: `False/${reason}` });
    // What can be known without Telegram is still said, so that one visit mends all.
    expect(verdicts).toMatchObject({ WebhookSet: 'Unknown/NotAsked', PaymentsReady: 'True/PaymentsReady' });
  });
});

describe('updates', () => {
  const webhookSpec = {
    bot: { tokenSecretRef: { name: 'bot' }, updates: 'Webhook', webhookUrl: 'https://bot.example.com' },
  } as const;
  const telegram = (webhook: Partial<BotFacts['webhook']>, changes: Partial<ShopObservation> = {}) =>
    found({
      probe: answers({ webhook: { url: ours, pendingUpdates: 0, ...webhook } }),
      running: running({ webhookUrl: ours }),
      ...changes,
    });

  it.each([
    ['come in', telegram({}), 'True/WebhookSet'],
    ['do not come yet', telegram({ url: '' }), 'False/WebhookNotSet'],
    ['have no address yet', telegram({}, { running: running() }), 'False/WebhookNotSet'],
    ['go elsewhere', telegram({ url: 'https://other.example.com' }), 'False/AnotherProgram'],
    ['have a bad secret', telegram({}, { isWebhookSecretValid: false }), 'False/WebhookSecretInvalid'],
    ['fail now', telegram({ pendingUpdates: 2, lastErrorAtMs: nowMs - 60_000 }), 'False/WebhookFailing'],
    ['failed, and none waits', telegram({ pendingUpdates: 0, lastErrorAtMs: nowMs - 1_000 }), 'True/WebhookSet'],
    ['failed long ago', telegram({ pendingUpdates: 2, lastErrorAtMs: nowMs - 600_000 }), 'True/WebhookSet'],
    ['wait without an error', telegram({ pendingUpdates: 90 }), 'True/WebhookSet'],
  ])('by a webhook that %s', (_, observation, expected) => {
    const verdicts = judge(observation, webhookSpec);
    expect(verdicts.WebhookSet).toBe(expected);
    expect(verdicts.Ready).toBe(expected === 'True/WebhookSet' ? 'True/Ready' : expected);
  });

  it.each([
    ['a webhook is in the way', telegram({})],
    ['somebody else polls', found({ running: running({ isPolledElsewhere: true }) })],
  ])('are polled, and %s', (_, observation) => {
    expect(judge(observation)).toMatchObject({ WebhookSet: 'False/AnotherProgram', Ready: 'False/AnotherProgram' });
  });
});

describe('payments', () => {
  it.each([
    ['some are broken', [stars, broken], 'SomeMethodsBroken'],
    ['all are broken', [broken], 'NoMethodUsable'],
    [
      'none is enabled',
      [{ ...stars, enabled: false, reason: 'Disabled', usable: undefined } as const],
      'NoMethodUsable',
    ],
  ])('are not ready when %s', (_, methods, reason) => {
    expect(judge(found({ methods }))).toMatchObject({ PaymentsReady: `False/${reason}`, Ready: `False/${reason}` });
  });

  it('are ready with one that is switched off beside one that works', () => {
    const off: MethodVerdict = { ...broken, enabled: false, reason: 'Disabled', message: '' };
    expect(judge(found({ methods: [stars, off] }))).toMatchObject({ PaymentsReady: 'True/PaymentsReady' });
  });
});

it('says that refunds are paused, and sells all the same', () => {
  const verdicts = judge(found({ running: running({ refundsPaused: true }) }));
  expect(verdicts).toMatchObject({ RefundsPaused: 'True/RefundsPaused', Ready: 'True/Ready' });
});

it('is not ready when the runner cannot take the settings', () => {
  expect(judge(found({ failure: 'the database is gone', running: undefined })).Ready).toBe('False/StartFailed');
});

it('is not ready in a time zone that does not exist', () => {
  expect(judge(found(), { timeZone: 'Europe/Berlin' }).Ready).toBe('True/Ready');
  expect(judge(found(), { timeZone: 'Europe/Atlantis' }).Ready).toBe('False/TimeZoneUnknown');
});

it.each([
  [undefined, 'False/TrialPlanMissing'],
  ['Public', 'False/TrialPlanMissing'],
  ['Trial', 'True/Ready'],
])('wants the plan of its trial to be one: %s', (visibility, expected) => {
  const trialPlan = visibility === undefined ? undefined : ({ spec: { visibility } } as VPNPlan);
  expect(judge(found({ trialPlan }), { trial: { plan: 'trial' } }).Ready).toBe(expected);
});
