import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommandLine } from '../../../src/commands/program.ts';
import { dataDirectory } from '../../../src/commands/up/data-directory.ts';
import { publishRunning } from '../../../src/commands/up/running.ts';
import {
  confirmRefund,
  ensureShop,
  entitlementAt,
  readEntries,
  recordCharge,
  refuseRefund,
  type CustomerRecord,
  type VerifiedCharge,
} from '../../../src/ledger/index.ts';
import { createTokenKeyData, ensureSubscriptions, parseTokenKeys } from '../../../src/store/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';
import { runWayleave } from './run-wayleave.ts';
import { scriptedHost } from './scripted-host.ts';

interface Bought {
  readonly test: TestShop;
  readonly alice: CustomerRecord;
  readonly charge: VerifiedCharge;
  readonly id: string;
}

/** A customer who bought a month. */
async function bought(): Promise<Bought> {
  const test = await openTestShop();
  const alice = await newCustomer(test);
  const placed = await order(test, alice);
  const charge = starsCharge(placed, alice);
  await recordCharge(test.store, charge);
  return { test, alice, charge, id: placed.order.subscriptionId };
}

async function expiryOf({ test, id }: Pick<Bought, 'test' | 'id'>): Promise<number> {
  return entitlementAt(await readEntries(test.store, id), await test.now())?.expiresAt ?? 0;
}

interface Shown {
  readonly id: string;
  readonly expiresAt: string;
  readonly access: string;
  readonly entries: readonly { readonly sequence: number; readonly kind: string; readonly author: string }[];
  readonly charges: readonly { readonly amountMinor: string }[];
}

async function shown(test: TestShop, text: string): Promise<Shown[]> {
  const { out, err } = await runWayleave(test, 'ledger', 'show', text, '--json');
  expect(err).toBe('');
  return (JSON.parse(out) as { subscriptions: Shown[] }).subscriptions;
}

const why = ['--reason', 'a test'];

describe('wayleave ledger show', () => {
  it('finds a subscription by everything that people call it', async () => {
    const { test, alice, id } = await bought();
    const [row] = await test.store.query<{ name: string; short: string }>(
      'select name, short_id as short from wayleave.subscriptions where id = $1',
      [id],
    );
    const { name = '', short = '' } = row ?? {};
    for (const text of [name, `shop/${name}`, id, short, `wl-${short}`, `wl-${short}-g2`, String(alice.telegramId)]) {
      expect((await shown(test, text)).map((one) => one.id)).toEqual([id]);
    }
  });

  it('explains the same expiry as the ledger folds to', async () => {
    const { test, alice, id, charge } = await bought();
    const { out, code } = await runWayleave(test, 'ledger', 'show', id);
    const expiry = new Date((await expiryOf({ test, id })) * 1000).toISOString().slice(0, 19).replace('T', ' ');
    expect(code).toBe(0);
    expect(out).toContain(`expires    ${expiry} UTC, in `);
    expect(out).toContain(charge.chargeId);
    expect(out).toContain(String(alice.telegramId));
    const [one] = await shown(test, id);
    expect(one?.charges).toMatchObject([{ amountMinor: '100' }]);
  });

  it('lists several of one customer, and explains none of them at random', async () => {
    const { test, alice, id } = await bought();
    const other = await order(test, alice, { terms: planTerms('year', { lengthSeconds: 365 * day }) });
    await recordCharge(test.store, starsCharge(other, alice));
    expect((await shown(test, String(alice.telegramId))).map((one) => one.id)).toEqual([
      other.order.subscriptionId,
      id,
    ]);
    const { code, out } = await runWayleave(test, 'ledger', 'show', String(alice.telegramId));
    expect({ code, lines: out.match(/^wl-/gm)?.length }).toEqual({ code: 0, lines: 2 });
    const refused = await runWayleave(test, 'ledger', 'grant', String(alice.telegramId), '--days', '1', ...why);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('say which one') as string });
  });

  it('names what is spelled alike when there is no such one', async () => {
    const { test, id } = await bought();
    const [row] = await test.store.query<{ short: string }>(
      'select short_id as short from wayleave.subscriptions where id = $1',
      [id],
    );
    const mistyped = `wl-${(row?.short ?? '').slice(0, -1)}~`;
    const { code, err } = await runWayleave(test, 'ledger', 'show', mistyped);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(`shop/sub-${id}`) as string });
    expect((await runWayleave(test, 'ledger', 'show', 'zzzz')).err).not.toContain('Did you mean');
  });

  it('sends whoever means one that was made by hand to kubectl', async () => {
    const { test } = await bought();
    const keys = parseTokenKeys(createTokenKeyData());
    await ensureSubscriptions(test.store, [{ namespace: 'shop', name: 'alice', source: 'resource' }], keys);
    const said = await runWayleave(test, 'ledger', 'grant', 'alice', '--days', '1', ...why);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('kubectl -n shop edit vsub alice') as string });
  });
});

describe('a running "wayleave up"', () => {
  it('is found by itself, unless the kubeconfig means another cluster', async () => {
    const { test, id } = await bought();
    const folder = await mkdtemp(join(tmpdir(), 'wayleave-ledger-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const facts = {
      controlSocket: '',
      kubeconfig: '/here',
      publicUrl: 'http://127.0.0.1:1',
      databaseUrl: test.databaseUrl,
    };
    await publishRunning(dataDirectory(folder), facts);
    for (const [env, code] of [
      [{}, 0],
      [{ KUBECONFIG: '/here' }, 0],
      [{ KUBECONFIG: '/elsewhere' }, 2],
    ] as const) {
      const host = scriptedHost(['ledger', 'show', id, '--data', folder], env);
      expect(await runCommandLine(host)).toBe(code);
      expect(host.err().includes('is not the cluster')).toBe(code === 2);
    }
  });
});

describe('time that a person gives or takes', () => {
  it('is added, shown before and after, and on record with author and reason', async () => {
    const { test, id } = await bought();
    const before = await expiryOf({ test, id });
    const { code, out } = await runWayleave(test, 'ledger', 'grant', id, '--days', '10', '--reason', 'won the raffle');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/before .*\nafter .*\non record/) as string,
    });
    expect((await expiryOf({ test, id })) - before).toBe(10 * day);
    expect((await readEntries(test.store, id)).at(-1)).toMatchObject({
      kind: 'grant',
      source: 'admin',
      author: 'cli:ann@ops-1',
      reason: 'won the raffle',
    });
  });

  it('is given once however often the same request is made', async () => {
    const { test, id } = await bought();
    const before = await expiryOf({ test, id });
    const call = ['ledger', 'compensate', id, '--hours', '6', ...why, '--request-id', 'outage-12'];
    const said = await Promise.all([runWayleave(test, ...call), runWayleave(test, ...call)]);
    said.push(await runWayleave(test, ...call));
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(said.at(-1)?.out).toContain('nothing was changed');
    expect((await expiryOf({ test, id })) - before).toBe(6 * 3600);
  });

  it('takes the limits of a plan that was sold, and says which there are', async () => {
    const { test, alice, id } = await bought();
    const terms = planTerms('year', { lengthSeconds: 365 * day, trafficLimit: '500Gi' });
    await recordCharge(test.store, starsCharge(await order(test, alice, { terms }), alice));
    const { code } = await runWayleave(test, 'ledger', 'grant', id, '--plan', 'year', ...why);
    expect(code).toBe(0);
    expect((await readEntries(test.store, id)).at(-1)).toMatchObject({ terms, lengthSeconds: 365 * day });
    const unknown = await runWayleave(test, 'ledger', 'grant', id, '--plan', 'week', ...why);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('month, year') as string });
  });

  it('is only shown by a dry run, to the second as it then comes', async () => {
    const { test, id } = await bought();
    const call = ['ledger', 'revoke', id, '--grant', '1', ...why];
    await runWayleave(test, 'ledger', 'grant', id, '--days', '5', ...why);
    const entries = await readEntries(test.store, id);
    const dry = await runWayleave(test, ...call, '--dry-run');
    expect(await readEntries(test.store, id)).toEqual(entries);
    const [, ...promised] = /^after {3}(\d{4}-\d\d-\d\d)/m.exec(dry.out) ?? [];
    const done = await runWayleave(test, ...call);
    const [, ...kept] = /^after {3}(\d{4}-\d\d-\d\d)/m.exec(done.out) ?? [];
    expect(kept).toEqual(promised);
    // What was given beside it is not touched.
    expect((await expiryOf({ test, id })) - (await test.now())).toBeGreaterThan(5 * day - 60);
  });

  it('takes nothing that was given after the same request', async () => {
    const { test, id } = await bought();
    const call = ['ledger', 'revoke', id, ...why, '--request-id', 'case-9'];
    await runWayleave(test, ...call);
    await runWayleave(test, 'ledger', 'grant', id, '--days', '5', ...why);
    const before = await expiryOf({ test, id });
    expect((await runWayleave(test, ...call)).out).toContain('nothing was changed');
    expect(await expiryOf({ test, id })).toBe(before);
  });

  it('refuses a grant that is none, and names those that are', async () => {
    const { test, id } = await bought();
    const said = await runWayleave(test, 'ledger', 'revoke', id, '--grant', '7', ...why);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('#1') as string });
  });

  it('leaves nothing when all of it is revoked', async () => {
    const { test, id } = await bought();
    await runWayleave(test, 'ledger', 'grant', id, '--days', '5', ...why);
    expect(await runWayleave(test, 'ledger', 'revoke', id, ...why)).toMatchObject({ code: 0 });
    expect(await expiryOf({ test, id })).toBeLessThanOrEqual(await test.now());
  });

  it('stops access and lets it come back, each once', async () => {
    const { test, id } = await bought();
    for (const [action, access, changed] of [
      ['suspend', 'denied', true],
      ['suspend', 'denied', false],
      ['resume', 'granted', true],
      ['resume', 'granted', false],
    ] as const) {
      const { code, out } = await runWayleave(test, 'ledger', action, id, ...why);
      expect({ code, changed: !out.includes('nothing was changed') }).toEqual({ code: 0, changed });
      expect((await shown(test, id))[0]?.access).toBe(access);
    }
  });
});

describe('money that a person decides about', () => {
  it('goes back once, by whoever asked first, and takes its time when the provider confirms', async () => {
    const { test, charge, id } = await bought();
    expect(await runWayleave(test, 'ledger', 'refund', charge.chargeId, ...why)).toMatchObject({ code: 0 });
    expect(await runWayleave(test, 'ledger', 'refund', charge.chargeId, ...why)).toMatchObject({ code: 0 });
    const { rows } = await test.owner.query<{ id: string; requested_by: string }>(
      'select id, requested_by from wayleave.refunds',
    );
    expect(rows).toEqual([{ id: expect.any(String) as string, requested_by: 'cli:ann@ops-1' }]);
    const key = { shopId: test.shop.id, provider: 'stars', chargeId: charge.chargeId };
    await confirmRefund(test.store, { ...key, refundKey: rows[0]?.id ?? '', startedBy: 'telegram' });
    expect(await expiryOf({ test, id })).toBeLessThanOrEqual(await test.now());
  });

  it('goes back in part once for one request, also after the first was confirmed', async () => {
    const { test, charge } = await bought();
    const call = ['ledger', 'refund', charge.chargeId, '--amount', '30', ...why, '--request-id', 'case-9'];
    await runWayleave(test, ...call);
    const { rows } = await test.owner.query<{ id: string }>('select id from wayleave.refunds');
    const key = { shopId: test.shop.id, provider: 'stars', chargeId: charge.chargeId };
    await confirmRefund(test.store, { ...key, refundKey: rows[0]?.id ?? '', startedBy: 'telegram' });
    expect((await runWayleave(test, ...call)).out).toContain('nothing was changed');
    const after = await test.owner.query('select amount_minor::integer from wayleave.refunds');
    expect(after.rows).toEqual([{ amount_minor: 30 }]);
  });

  it.each([
    ['1.5', 'XTR'],
    ['-1', 'XTR'],
  ])('refuses to send %s back of %s', async (amount, currency) => {
    const { test, charge } = await bought();
    const { code, err } = await runWayleave(test, 'ledger', 'refund', charge.chargeId, `--amount=${amount}`, ...why);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(currency) as string });
  });

  it('waits in the queue, the oldest first, until it is decided, once', async () => {
    const { test, alice, id } = await bought();
    const odd = starsCharge(await order(test, alice), alice, { amountMinor: 7n });
    await recordCharge(test.store, odd);
    await test.passTime(3600);
    const stranger = await newCustomer(test);
    const forwarded = starsCharge(await order(test, stranger), alice);
    await recordCharge(test.store, forwarded);
    const queue = await runWayleave(test, 'ledger', 'queue', '--json');
    const { waiting } = JSON.parse(queue.out) as { waiting: { chargeId: string; ageSeconds: number }[] };
    expect(waiting.map(({ chargeId }) => chargeId)).toEqual([odd.chargeId, forwarded.chargeId]);
    expect((await runWayleave(test, 'ledger', 'queue')).out.indexOf(odd.chargeId)).toBeGreaterThan(0);

    const before = await expiryOf({ test, id });
    const extend = ['ledger', 'settle', odd.chargeId, '--extend', '--subscription', id, ...why];
    expect(await runWayleave(test, ...extend)).toMatchObject({ code: 0, err: '' });
    expect((await expiryOf({ test, id })) - before).toBe((30 * day * 7) / 100);
    expect(await runWayleave(test, ...extend)).toMatchObject({ code: 1 });
    expect(await runWayleave(test, 'ledger', 'settle', forwarded.chargeId, '--dismiss', ...why)).toMatchObject({
      code: 0,
    });
    expect((await runWayleave(test, 'ledger', 'queue')).out).toContain('nothing needs a person');
    const audit = await test.owner.query('select actor, action, detail from wayleave.audit order by id');
    expect(audit.rows).toEqual([
      { actor: 'cli:ann@ops-1', action: 'extend', detail: { subscriptionId: id, reason: 'a test' } },
      { actor: 'cli:ann@ops-1', action: 'dismiss', detail: { reason: 'a test' } },
    ]);
  });

  it('leaves the queue too where a provider refused to send it back', async () => {
    const { test, charge } = await bought();
    await runWayleave(test, 'ledger', 'refund', charge.chargeId, ...why);
    const { rows } = await test.owner.query<{ id: string }>('select id from wayleave.refunds');
    await refuseRefund(test.store, rows[0]?.id ?? '', 'CHARGE_NOT_FOUND');
    expect((await runWayleave(test, 'ledger', 'queue')).out).toContain('CHARGE_NOT_FOUND');
    expect(await runWayleave(test, 'ledger', 'settle', charge.chargeId, '--dismiss', ...why)).toMatchObject({
      code: 0,
    });
    expect((await runWayleave(test, 'ledger', 'queue')).out).toContain('nothing needs a person');
  });

  it('takes the time when a person has sent it back by hand', async () => {
    const { test, charge, id } = await bought();
    await runWayleave(test, 'ledger', 'refund', charge.chargeId, ...why);
    const { rows } = await test.owner.query<{ id: string }>('select id from wayleave.refunds');
    await refuseRefund(test.store, rows[0]?.id ?? '', 'not by this provider');
    const call = ['ledger', 'settle', charge.chargeId, '--refunded', ...why, '--request-id', 'case-9'];
    expect(await runWayleave(test, ...call)).toMatchObject({ code: 0, err: '' });
    expect((await runWayleave(test, ...call)).out).toContain('nothing was changed');
    expect(await expiryOf({ test, id })).toBeLessThanOrEqual(await test.now());
    expect((await readEntries(test.store, id)).at(-1)).toMatchObject({ kind: 'reversal', author: 'cli:ann@ops-1' });
    expect((await runWayleave(test, 'ledger', 'queue')).out).toContain('nothing needs a person');
    const refunds = await test.owner.query('select state from wayleave.refunds');
    expect(refunds.rows).toEqual([{ state: 'confirmed' }]);
  });

  it('is not guessed where two shops know the same charge id', async () => {
    const { test, charge } = await bought();
    const other = await ensureShop(test.store, { namespace: 'other', name: 'main', mode: 'live' });
    await recordCharge(test.store, { ...charge, shopId: other.id });
    const said = await runWayleave(test, 'ledger', 'refund', charge.chargeId, ...why);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('--shop') as string });
    const chosen = await runWayleave(test, 'ledger', 'refund', charge.chargeId, '--shop', 'shop/main', ...why);
    expect(chosen).toMatchObject({ code: 0 });
  });

  it('does not go out while refunds are paused, and does when a person resumes them', async () => {
    const { test } = await bought();
    const paused = async (): Promise<unknown> =>
      (await test.owner.query('select refunds_paused_by as by from wayleave.shops')).rows[0];
    expect(await runWayleave(test, 'ledger', 'refunds', 'pause', ...why)).toMatchObject({ code: 0 });
    expect(await paused()).toEqual({ by: 'cli:ann@ops-1' });
    expect(await runWayleave(test, 'ledger', 'refunds', 'resume', ...why)).toMatchObject({ code: 0 });
    expect(await paused()).toEqual({ by: null });
    const { rows } = await test.owner.query('select action from wayleave.audit order by id');
    expect(rows).toEqual([{ action: 'pause-refunds' }, { action: 'resume-refunds' }]);
  });
});
