import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnShops, type VPNShop } from '../../../src/api/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { eventResource } from '../../../src/kube/index.ts';
import { startShopController, type RunningShops, type ShopControllerChanges } from '../../support/shop-controller.ts';
import { answers, botSecret, providerSecret, vpnShop } from '../../support/shops.ts';
import { condition, stateOf } from '../../support/world/conditions.ts';
import { createWorld, secretResource, type World } from '../../support/world/world.ts';

const soon = { timeout: 20_000, interval: 50 };
const token = '7000000001:first-token-of-the-bot';
const nextToken = '7000000001:second-token-of-the-bot';
const instructions = '0000 1111 2222 3333\nName of the holder';

const webhookBase = 'https://bot.example.com';
const webhookSpec = { bot: { tokenSecretRef: { name: 'bot' }, updates: 'Webhook', webhookUrl: webhookBase } };

const card = { name: 'card', provider: 'Manual', currency: 'RUB', secretRef: { name: 'card' } };
const stars = { name: 'stars', provider: 'Stars' };

let world: World;
let running: RunningShops[];
beforeEach(async () => {
  world = await createWorld();
  running = [];
});
afterEach(async () => {
  for (const shops of running) await shops.stop();
  await world.end();
});

function start(changes?: ShopControllerChanges): RunningShops {
  const shops = startShopController(world.client, world.namespace, changes);
  running.push(shops);
  return shops;
}

const named = (name: string) => ({ name, namespace: world.namespace });
const keyOfShop = (name = 'shop'): string => `${world.namespace}/${name}`;

const webhookAddress = (): string => `${webhookBase}/telegram/${keyOfShop()}`;

const applyShop = (spec: object = {}, name = 'shop') => world.apply(vpnShops, vpnShop(named(name), spec));
const applyToken = (value: string) => world.apply(secretResource, botSecret(named('bot'), { token: value }));
const applyCard = () => world.apply(secretResource, providerSecret(named('card'), { instructions }));

const shop = (name = 'shop') => world.client.get<VPNShop>(vpnShops, world.namespace, name);

async function becomes(state: string, { type = 'Ready', name = 'shop' } = {}): Promise<VPNShop> {
  return vi.waitFor(async () => {
    const found = await shop(name);
    expect(stateOf(found, type)).toBe(state);
    return found;
  }, soon);
}

async function everythingWritten(): Promise<string> {
  const [shops, events] = await Promise.all([
    world.client.list(vpnShops, { namespace: world.namespace }),
    world.client.list(eventResource, { namespace: world.namespace }),
  ]);
  return JSON.stringify([shops.items, events.items]);
}

describe('a shop', () => {
  it('is run with its settings and Secrets, and shows the bot and its payment methods', async () => {
    await Promise.all([applyToken(token), applyCard()]);
    await applyShop({ payments: { methods: [stars, card, { ...stars, name: 'off', enabled: false }] } });
    const { runner } = start();
    const found = await becomes('True/Ready');
    expect(found.status).toMatchObject({
      observedGeneration: 1,
      botUserName: 'example_vpn_bot',
      botId: 7_000_000_001,
      updates: 'Polling',
      summary: '2/2',
    });
    expect(found.status?.methods?.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      'stars Usable',
      'card Usable',
      'off Disabled',
    ]);
    expect(runner.settings(keyOfShop())).toMatchObject({
      namespace: world.namespace,
      name: 'shop',
      uid: found.metadata.uid,
      generation: 1,
      spec: { mode: 'Live', timeZone: 'UTC' },
      token,
      methods: [
        { name: 'stars', currency: 'XTR', secret: {} },
        { name: 'card', currency: 'RUB', secret: { instructions } },
      ],
    });
  });

  it('has its status written once, however often it is looked at and whatever waits at Telegram', async () => {
    await applyToken(token);
    await applyShop(webhookSpec);
    const { runner } = start();
    let pendingUpdates = 0;
    runner.answer = () => answers({ webhook: { url: webhookAddress(), pendingUpdates: (pendingUpdates += 1) } });
    const { resourceVersion } = (await becomes('True/Ready')).metadata;
    const seen = runner.probes.length;
    await vi.waitFor(() => {
      expect(runner.probes.length).toBeGreaterThan(seen + 3);
    }, soon);
    expect((await shop()).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('is run by every replica, and shown by the one that may', async () => {
    await applyToken(token);
    await applyShop();
    const silent = start({ mayWriteStatus: () => false });
    await vi.waitFor(() => {
      expect(silent.runner.settings(keyOfShop())?.token).toBe(token);
    }, soon);
    expect((await shop()).status).toBeUndefined();
    const { runner } = start();
    await becomes('True/Ready');
    expect(runner.settings(keyOfShop())?.token).toBe(token);
  });

  it('gets what was changed of it', async () => {
    await applyToken(token);
    await applyShop();
    const { runner } = start();
    await becomes('True/Ready');
    await world.patch(vpnShops, 'shop', { spec: { timeZone: 'Europe/Atlantis', orders: { validMinutes: 30 } } });
    const found = await becomes('False/TimeZoneUnknown');
    expect(found.status?.observedGeneration).toBe(2);
    // It goes on selling, with times that can be told.
    expect(runner.settings(keyOfShop())).toMatchObject({ spec: { timeZone: 'UTC', orders: { validMinutes: 30 } } });
  });

  it('has shown to customers what it says, also while its bot has no token', async () => {
    const { renderings } = start();
    await applyShop({ subscriptions: { title: { default: 'Example' } } });
    await vi.waitFor(() => {
      expect(renderings.get(keyOfShop())).toMatchObject({ language: 'en', title: { default: 'Example' } });
    }, soon);
    await applyShop({ publicUrl: 'https://sub.example.com/', subscriptions: { updateIntervalHours: 6 } });
    await vi.waitFor(() => {
      expect(renderings.get(keyOfShop())).toMatchObject({
        updateIntervalHours: 6,
        publicUrls: ['https://sub.example.com'],
      });
    }, soon);
  });

  it('is stopped when it is deleted, even while somebody else keeps it', async () => {
    await applyToken(token);
    await applyShop();
    const { runner } = start({ clock: systemClock });
    await becomes('True/Ready');
    await world.patch(vpnShops, 'shop', { metadata: { finalizers: ['example.com/keep'] } });
    await world.client.delete(vpnShops, world.namespace, 'shop');
    await becomes('False/Deleting');
    expect(runner.running.size).toBe(0);
    await world.patch(vpnShops, 'shop', { metadata: { finalizers: null } });
  });

  it('is stopped when the program ends', async () => {
    await applyToken(token);
    await applyShop();
    const shops = start();
    await becomes('True/Ready');
    await shops.stop();
    expect(shops.runner.running.size).toBe(0);
  });
});

describe('the token', () => {
  it('is replaced without a restart', async () => {
    await applyToken(token);
    await applyShop();
    const { runner } = start();
    const { generation } = (await becomes('True/Ready')).metadata;
    await applyToken(nextToken);
    await vi.waitFor(() => {
      expect(runner.settings(keyOfShop())).toMatchObject({ token: nextToken, generation });
    }, soon);
  });

  it('is not handed on when Telegram refuses it: the one before goes on', async () => {
    await applyToken(token);
    await applyShop();
    const { runner } = start();
    await becomes('True/Ready');
    runner.answer = (asked) =>
      asked === nextToken ? { outcome: 'TokenRefused', message: `401 for /bot${asked}/getMe` } : answers();
    await applyToken(nextToken);
    const found = await becomes('False/TokenRefused');
    expect(stateOf(found, 'BotReachable')).toBe('False/TokenRefused');
    expect(runner.settings(keyOfShop())?.token).toBe(token);
    await applyToken(token);
    await becomes('True/Ready');
  });

  it('is waited for, and the shop is stopped while there is none', async () => {
    await applyShop();
    const { runner } = start();
    const found = await becomes('False/TokenMissing');
    expect(condition(found, 'Ready')?.message).toContain('kubectl create secret generic bot --type=wayleave.dev/bot');
    expect(runner.running.size).toBe(0);
    await applyToken(token);
    await becomes('True/Ready');
    await world.client.delete(secretResource, world.namespace, 'bot');
    await becomes('False/TokenMissing');
    expect(runner.running.size).toBe(0);
  });

  it('of another bot than before is worth a warning', async () => {
    await applyToken(token);
    await applyShop();
    const { runner } = start();
    await becomes('True/Ready');
    runner.answer = () => answers({ botId: 8, userName: 'other_bot' });
    await vi.waitFor(async () => {
      expect((await shop()).status?.botUserName).toBe('other_bot');
      expect(await everythingWritten()).toContain('BotReplaced');
    }, soon);
  });

  it('reaches no status, no Event and no log, nor does anything else of a Secret', async () => {
    await Promise.all([applyToken(token), applyCard()]);
    await applyShop({ payments: { methods: [stars, card] } });
    const { runner, logged } = start();
    runner.failure = new Error(`POST /bot${token}/setMyCommands with "${instructions}" failed`);
    const found = await becomes('False/StartFailed');
    expect(condition(found, 'Ready')?.message).toContain('failed');
    runner.answer = (asked) => ({ outcome: 'TelegramUnreachable', message: `connect to /bot${asked}/getMe` });
    await becomes('False/TelegramUnreachable');
    runner.answer = () => answers();
    runner.failure = undefined;
    await becomes('True/Ready');
    await vi.waitFor(async () => {
      expect(await everythingWritten()).toContain('"reason":"StartFailed"');
    }, soon);
    expect(logged.join('\n')).toContain('reconcile failed');
    for (const text of [await everythingWritten(), logged.join('\n')]) {
      expect(text).not.toMatch(/first-token|0000 1111|Name of the holder/);
    }
  });
});

it('runs a shop while Telegram does not answer, so that it sells the moment it does', async () => {
  await applyToken(token);
  await applyShop();
  const { runner } = start();
  runner.answer = () => ({ outcome: 'TelegramUnreachable', message: 'no answer within 10 s' });
  await becomes('False/TelegramUnreachable');
  expect(runner.settings(keyOfShop())?.token).toBe(token);
});

it('sells with the payment methods that work, and takes the others up when their Secrets come', async () => {
  await applyToken(token);
  await applyShop({ payments: { methods: [stars, card] } });
  const { runner } = start();
  const found = await becomes('False/SomeMethodsBroken');
  expect(found.status).toMatchObject({ summary: '1/2', methods: [{ usable: true }, { reason: 'SecretMissing' }] });
  expect(runner.settings(keyOfShop())?.methods.map(({ name }) => name)).toEqual(['stars']);
  await applyCard();
  await becomes('True/Ready');
  expect(runner.settings(keyOfShop())?.methods.map(({ name }) => name)).toEqual(['stars', 'card']);
});

it('serves the oldest shop of a namespace, and at once the next one when it goes', async () => {
  await applyToken(token);
  await applyShop({}, 'a-first');
  await applyShop({}, 'b-second');
  // On which a shop is looked at again only when something happens, as far as this test lasts.
  const { runner } = start({ clock: systemClock });
  await becomes('True/Ready', { name: 'a-first' });
  const second = await becomes('False/AnotherShop', { name: 'b-second' });
  expect(stateOf(second, 'OnlyShop')).toBe('False/AnotherShop');
  expect(condition(second, 'Ready')?.message).toContain('a-first');
  expect([...runner.running.keys()]).toEqual([keyOfShop('a-first')]);
  await world.client.delete(vpnShops, world.namespace, 'a-first');
  await becomes('True/Ready', { name: 'b-second' });
  expect([...runner.running.keys()]).toEqual([keyOfShop('b-second')]);
  // Once for each: what we write comes back as a change, and is no reason to ask Telegram again.
  expect(runner.probes).toEqual([token, token]);
});

it('never sells for real money against a simulated Telegram', async () => {
  await applyToken(token);
  await applyShop({ mode: 'Live' });
  const simulatorUrl = 'http://127.0.0.1:9090';
  const { runner, renderings } = start({ simulatorUrl });
  await becomes('False/SimulatorInLiveShop');
  expect(runner.probes).toEqual([]);
  expect(runner.applied).toEqual([]);
  await world.client.delete(vpnShops, world.namespace, 'shop');
  await applyShop({ mode: 'Test' }, 'test');
  await becomes('True/Ready', { name: 'test' });
  // Whoever has that name at Telegram is somebody else.
  await vi.waitFor(() => {
    expect(renderings.get(keyOfShop('test'))?.botUrl).toBe(simulatorUrl);
  }, soon);
});

it('shows how a webhook comes to be, fails and recovers', async () => {
  const url = webhookAddress();
  await applyToken(token);
  await applyShop(webhookSpec);
  const { runner } = start();
  await becomes('False/WebhookNotSet');
  const telegram = (webhook: object) => {
    runner.answer = () => answers({ webhook: { url, pendingUpdates: 0, ...webhook } });
  };
  telegram({});
  expect((await becomes('True/Ready')).status).toMatchObject({ updates: 'Webhook', webhook: { url } });
  telegram({ pendingUpdates: 5, lastErrorAtMs: Date.now(), lastErrorMessage: 'Connection refused' });
  const failing = await becomes('False/WebhookFailing');
  expect(failing.status?.webhook).toMatchObject({ pendingUpdates: 5, lastErrorMessage: 'Connection refused' });
  telegram({ url: `https://old.example.com/${token}` });
  expect((await becomes('False/AnotherProgram')).status?.webhook?.url).not.toContain('first-token');
  telegram({});
  await becomes('True/WebhookSet', { type: 'WebhookSet' });
});

it('waits for the plan of its trial', async () => {
  await applyToken(token);
  await applyShop({ trial: { plan: 'trial' } });
  start();
  const found = await becomes('False/TrialPlanMissing');
  expect(condition(found, 'Ready')?.message).toContain('VPNPlan trial does not exist');
  await world.plan('trial', { visibility: 'Trial' });
  await becomes('True/Ready');
});
