import { expect, it } from 'vitest';
import type { VPNShop, VPNShopStatus } from '../../api/index.ts';
import { answers, servedShopOf } from '../../../test/support/shops.ts';
import { stoppedFor, type ShopObservation } from './observation.ts';
import { sameStatus, shopStatus } from './status.ts';

const now = new Date('2026-01-01T00:00:00.500Z');
const url = 'https://bot.example.com/telegram/ns/shop';
const bot = { tokenSecretRef: { name: 'bot' }, updates: 'Webhook', webhookUrl: 'https://bot.example.com' } as const;

const webhookFound = (webhook: object = {}): ShopObservation => ({
  stopped: undefined,
  probe: answers({ webhook: { url, pendingUpdates: 3, lastErrorAtMs: now.getTime() - 3_600_000, ...webhook } }),
  isWebhookSecretValid: true,
  methods: [
    { name: 'card', provider: 'Manual', enabled: true, reason: 'SecretMissing', message: 'absent', usable: undefined },
    { name: 'cash', provider: 'Manual', enabled: false, reason: 'Disabled', message: '', usable: undefined },
  ],
  failure: undefined,
  running: { refundsPaused: false, webhookUrl: url, isPolledElsewhere: false },
  trialPlan: undefined,
});

const withStatus = (shop: VPNShop, status: VPNShopStatus): VPNShop => ({ ...shop, status });

it('shows the bot, how updates come in, and each payment method', () => {
  const status = shopStatus(servedShopOf({ bot }), webhookFound(), now);
  expect(status).toMatchObject({
    observedGeneration: 3,
    botUserName: 'example_vpn_bot',
    botId: 7_000_000_001,
    updates: 'Webhook',
    summary: '0/1',
    methods: [
      { name: 'card', provider: 'Manual', usable: false, reason: 'SecretMissing', message: 'absent' },
      { name: 'cash', provider: 'Manual', usable: false, reason: 'Disabled' },
    ],
    webhook: { url, pendingUpdates: 3, lastErrorAt: '2025-12-31T23:00:00Z' },
  });
  expect(status.conditions?.map(({ type }) => type)).toEqual([
    'Ready',
    'OnlyShop',
    'BotReachable',
    'WebhookSet',
    'PaymentsReady',
    'RefundsPaused',
  ]);
});

it('is the same from the same findings, whenever they are found', () => {
  const shop = servedShopOf({ bot });
  const first = shopStatus(shop, webhookFound(), now);
  const later = shopStatus(withStatus(shop, first), webhookFound(), new Date(now.getTime() + 60_000));
  expect(later).toEqual(first);
  expect(sameStatus(first, later)).toBe(true);
});

it('is not written again for figures of the webhook alone', () => {
  const shop = servedShopOf({ bot });
  const first = shopStatus(shop, webhookFound(), now);
  const grown = shopStatus(withStatus(shop, first), webhookFound({ pendingUpdates: 9 }), now);
  expect(grown.webhook?.pendingUpdates).toBe(9);
  expect(sameStatus(first, grown)).toBe(true);
  expect(sameStatus(first, shopStatus(withStatus(shop, first), webhookFound({ url: `${url}/2` }), now))).toBe(false);
});

it('keeps saying which bot it was while Telegram does not answer', () => {
  const shop = servedShopOf({ bot });
  const first = shopStatus(shop, webhookFound(), now);
  const silent = { ...webhookFound(), probe: { outcome: 'TelegramUnreachable', message: 'no answer' } as const };
  expect(shopStatus(withStatus(shop, first), silent, now)).toMatchObject({
    botUserName: 'example_vpn_bot',
    webhook: first.webhook,
  });
});

it('says of a shop that is not served nothing but why', () => {
  const shop = withStatus(servedShopOf({ bot }), shopStatus(servedShopOf({ bot }), webhookFound(), now));
  const status = shopStatus(shop, stoppedFor('AnotherShop', 'VPNShop main is older'), now);
  expect(Object.keys(status).toSorted()).toEqual(['conditions', 'observedGeneration']);
});
