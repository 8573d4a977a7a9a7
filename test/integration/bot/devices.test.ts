import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { devicesOf, openStore, registerDevice } from '../../../src/store/index.ts';
import { newestSubscription, openBotShop, plan } from './bot-shop.ts';

it('a customer sees his devices, and removes one after a question', async () => {
  const shop = await openBotShop({ plans: [plan('month', { deviceLimit: 2 })] });
  const alice = shop.telegram.user({ firstName: 'Alice' });
  await alice.sends('/buy');
  await alice.presses('month plan');
  await alice.pays();
  await alice.sees('Paid ✓');
  const subscriptionId = await newestSubscription(shop);
  const service = await openStore({
    databaseUrl: shop.ownerUrl,
    role: 'subscriptions',
    log: silentLog,
    applicationName: 'devices-test',
  });
  onTestFinished(() => service.close());
  const add = (model: string) =>
    registerDevice(service, { subscriptionId, hash: randomBytes(32), model, os: 'iOS 19' });
  await add('iPhone <17>');
  await add('');

  await alice.sends('/subscriptions');
  await alice.presses('Devices');
  expect((await alice.sees('Devices: 2 of 2')).text).toContain('iPhone');
  await alice.presses('iPhone');
  await alice.sees('Remove “iPhone');
  await alice.presses('Back');
  await alice.sees('Devices: 2 of 2');
  await alice.presses('iPhone');
  await alice.presses('Yes, remove it');
  await alice.sees('Devices: 1 of 2');
  expect((await devicesOf(service, subscriptionId)).map(({ model }) => model)).toEqual(['']);
  expect(shop.telegram.unknownCalls).toEqual([]);
  expect(shop.textWarnings).toEqual([]);
});

it('nobody sees or removes another’s', async () => {
  const shop = await openBotShop({ plans: [plan('month')] });
  const bob = shop.telegram.user({ firstName: 'Bob' });
  await bob.sends('/buy');
  await bob.presses('month plan');
  await bob.pays();
  await bob.sees('Paid ✓');
  await bob.sends('/subscriptions');
  // A plan without a limit counts nothing, and has nothing to show.
  expect((await bob.sees('month plan')).buttons.join(' ')).not.toContain('Devices');
});
