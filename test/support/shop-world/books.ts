import { vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { Findings, type Violation } from '../money/history/verdict.ts';
import { stateOf } from '../world/conditions.ts';
import { clientsOf } from '../world/panel-view.ts';
import type { ShopWorld } from './shop-world.ts';

/**
 * Compares what everybody knows: Telegram's books, the ledger, the cluster and the panels. Finds nothing once a shop has
 * come to rest and nothing was lost.
 *
 * @param refunded charges whose money somebody asked to be sent back
 */
export async function examine(shop: ShopWorld, refunded: ReadonlySet<string>): Promise<readonly Violation[]> {
  const found = new Findings();
  await examineOrders(shop, found);
  await examineMoney(shop, refunded, found);
  await examineAccess(shop, found);
  await examineRest(shop, found);
  return found.violations;
}

async function examineOrders({ owner }: ShopWorld, found: Findings): Promise<void> {
  const { rows } = await owner.query<{ id: string; grants: number; isProvisioned: boolean }>(
    `select o.id, o.provisioned_at is not null as "isProvisioned",
       (select count(*)::integer from wayleave.ledger_entries e where e.order_id = o.id and e.kind = 'grant') as grants
     from wayleave.orders o
     where o.state = 'paid' or exists (select from wayleave.charges c where c.order_id = o.id and c.disposition = 'granted')`,
  );
  for (const { id, grants, isProvisioned } of rows) {
    found.expect(grants > 0, 'paid_not_provisioned', `order ${id} is paid and granted nothing`);
    found.expect(isProvisioned, 'paid_not_provisioned', `order ${id} is paid and not provisioned`);
    found.expect(grants < 2, 'granted_twice', `order ${id} granted ${String(grants)} times`);
  }
}

async function examineMoney(
  { owner, telegram }: ShopWorld,
  refunded: ReadonlySet<string>,
  found: Findings,
): Promise<void> {
  const { rows: charges } = await owner.query<{ id: string; back: boolean; disposition: string }>(
    `select charge_id as id, refunded_minor = amount_minor as back, disposition
     from wayleave.charges where provider = 'stars'`,
  );
  const recorded = new Map(charges.map((charge) => [charge.id, charge]));
  const paid = telegram.stars.transactions.filter(({ source }) => source !== undefined);
  for (const { id } of paid) found.expect(recorded.has(id), 'charges_unrecorded', `charge ${id} is not recorded`);
  const known = new Set(paid.map(({ id }) => id));
  for (const { id, disposition } of charges) {
    found.expect(known.has(id), 'other', `charge ${id} was recorded and never paid`);
    // Nobody here pays an order twice: what did not grant was ours, and was not taken for it.
    found.expect(disposition === 'granted', 'paid_not_provisioned', `charge ${id} is ${disposition}`);
  }
  const sentBack = telegram.stars.transactions.filter(({ receiver }) => receiver !== undefined).map(({ id }) => id);
  for (const id of sentBack) found.expect(refunded.has(id), 'foreign_refunds', `nobody wanted ${id} sent back`);
  for (const id of refunded) {
    found.expect(sentBack.filter((one) => one === id).length === 1, 'other', `charge ${id} was not sent back once`);
    found.expect(recorded.get(id)?.back === true, 'other', `the refund of charge ${id} is not recorded`);
  }
}

async function examineAccess({ world, owner, panels }: ShopWorld, found: Findings): Promise<void> {
  const { rows } = await owner.query<{ name: string; isEntitled: boolean }>(
    `select s.name, e.expires_at > wayleave.wall_clock() as "isEntitled"
     from wayleave.subscriptions s join wayleave.entitlements e on e.subscription_id = s.id where s.source = 'ledger'`,
  );
  const { items } = await world.client.list<VPNSubscription>(vpnSubscriptions, { namespace: world.namespace });
  const resources = new Map(items.map((one) => [one.metadata.name, one]));
  for (const { name, isEntitled } of rows) {
    const state = stateOf(resources.get(name));
    const wanted = isEntitled ? 'True/Ready' : 'False/Expired';
    found.expect(state === wanted, 'paid_not_provisioned', `${name} is ${state} and should be ${wanted}`);
  }
  found.expect(items.length === rows.length, 'other', `${String(items.length)} resources for ${String(rows.length)}`);
  const entitled = rows.filter(({ isEntitled }) => isEntitled).length;
  const [uuids] = panels.map((panel) =>
    clientsOf(panel)
      .map(({ uuid }) => uuid)
      .toSorted(),
  );
  for (const panel of panels) {
    const clients = clientsOf(panel);
    const open = clients.filter(({ enable, expiryTime }) => enable && (expiryTime === 0 || expiryTime > Date.now()));
    found.expect(clients.length === rows.length, 'other', `a panel has ${String(clients.length)} clients`);
    found.expect(open.length === entitled, 'paid_not_provisioned', `a panel lets ${String(open.length)} in`);
    const same = JSON.stringify(clients.map(({ uuid }) => uuid).toSorted()) === JSON.stringify(uuids);
    found.expect(same, 'other', 'panels know different clients');
  }
}

/** Nothing waits for anybody any more. */
async function examineRest({ owner, telegram }: ShopWorld, found: Findings): Promise<void> {
  const { rows } = await owner.query<{ what: string }>(
    `select 'outbox: ' || topic || ' ' || key || coalesce(' ' || last_error, '') as what from wayleave.outbox
     union all select 'notice: ' || kind from wayleave.notices where state in ('waiting', 'sending')
     union all select 'receipt: ' || id from wayleave.transfers where decision is null`,
  );
  for (const { what } of rows) found.expect(false, 'other', what);
  found.expect(telegram.pendingUpdates.length === 0, 'other', 'updates wait');
  found.expect(telegram.unknownCalls.length === 0, 'other', 'the bot called what the simulator has not');
}
