import { describe, expect, it } from 'vitest';

import {
  findByToken,
  hashToken,
  saveShopRendering,
  type ShopRendering,
  type Store,
  type SubscriptionDocument,
  type SubscriptionRecord,
  tokenOf,
  writeStates,
} from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { execute, freshUser, openAs, subscription, tokenKeys } from './support.ts';

const rendering: ShopRendering = {
  language: 'ru',
  title: { default: 'Example', ru: 'Пример' },
  updateIntervalHours: 6,
};
const shop = { namespace: 'shop', name: 'example' };
const denied = { code: 'STORE_RIGHTS' };

async function find(store: Store, record: SubscriptionRecord): Promise<SubscriptionDocument> {
  if (record.token === undefined) throw new Error('no address');
  const found = await findByToken(store, hashToken(tokenOf(tokenKeys, record.id, record.token)));
  if (found === undefined) throw new Error('not found');
  return found;
}

async function renderingOf(store: Store, record: SubscriptionRecord): Promise<unknown> {
  const { rendering: json } = await find(store, record);
  return json === undefined ? undefined : (JSON.parse(json) as unknown);
}

/** Connections with the rights of one part each, and one with all. */
async function parts() {
  const { url } = await freshDatabase();
  const as = async (part: 'operator' | 'bot' | 'subscriptions'): Promise<Store> => {
    const user = await freshUser(url);
    await execute(url, `grant wayleave_${part} to ${user.name}`);
    return openAs(part, user.url);
  };
  const [operator, bot, subscriptions] = [await as('operator'), await as('bot'), await as('subscriptions')];
  return { url, operator, bot, subscriptions };
}

describe('what a shop shows', () => {
  it('is known with each address of its namespace, from whoever may save it to whoever serves it', async () => {
    const { operator, bot, subscriptions } = await parts();
    const [alice, stranger] = [await subscription(operator), await subscription(operator, 'bob', 'elsewhere')];
    expect(await renderingOf(subscriptions, alice)).toBeUndefined();
    await saveShopRendering(bot, shop, rendering);
    expect(await renderingOf(subscriptions, alice)).toEqual(rendering);
    expect(await renderingOf(subscriptions, stranger)).toBeUndefined();
    for (const store of [operator, subscriptions]) {
      await expect(saveShopRendering(store, shop, rendering)).rejects.toMatchObject(denied);
    }
  });

  it('is written when it differs, and is what the latest shop of the namespace says', async () => {
    const { operator, bot, subscriptions } = await parts();
    const alice = await subscription(operator);
    const versions = async () =>
      (await bot.query<{ version: string }>('select xmin::text as version from wayleave.shop_renderings'))[0]?.version;
    await saveShopRendering(bot, shop, rendering);
    const first = await versions();
    await saveShopRendering(bot, shop, { ...rendering });
    expect(await versions()).toBe(first);
    await saveShopRendering(bot, { ...shop, name: 'next' }, { language: 'en' });
    expect(await versions()).not.toBe(first);
    expect(await renderingOf(subscriptions, alice)).toEqual({ language: 'en' });
  });
});

it('the language of a customer is known with his address, and nothing else of him', async () => {
  const { url, operator, subscriptions } = await parts();
  const alice = await subscription(operator);
  expect((await find(subscriptions, alice)).language).toBeUndefined();
  await execute(
    url,
    `with shop as (insert into wayleave.shops (id, namespace, name, mode)
       values (gen_random_uuid(), 'shop', 'example', 'test') returning id),
     customer as (insert into wayleave.customers (id, shop_id, telegram_id, name, language)
       select gen_random_uuid(), id, 7, 'Alice', 'ru' from shop returning id)
     update wayleave.subscriptions set customer_id = (select id from customer) where id = '${alice.id}'`,
  );
  expect((await find(subscriptions, alice)).language).toBe('ru');
  await expect(subscriptions.query('select name from wayleave.customers')).rejects.toMatchObject(denied);
});

it('when traffic is counted anew, and for how many panels it is meant, is known, and kept by whoever does not say', async () => {
  const { operator, subscriptions } = await parts();
  const alice = await subscription(operator);
  const state = { subscriptionId: alice.id, suspended: false, limited: false };
  const written = async () => (await find(subscriptions, alice)).state;
  await writeStates(operator, [state]);
  expect(await written()).toEqual({ suspended: false, limited: false });
  await writeStates(operator, [{ ...state, trafficReset: 'Monthly' }]);
  expect(await written()).toEqual({ suspended: false, limited: false, trafficReset: 'Monthly' });
  await writeStates(operator, [{ ...state, panelsWanted: 3 }]);
  expect(await written()).toEqual({ suspended: false, limited: false, trafficReset: 'Monthly', panelsWanted: 3 });
  await writeStates(operator, [{ ...state, limited: true }]);
  expect(await written()).toEqual({ suspended: false, limited: true, trafficReset: 'Monthly', panelsWanted: 3 });
});
