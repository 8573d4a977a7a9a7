import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { openStore, writeStates, type Store } from '../../../src/store/index.ts';
import { revokeAddresses } from '../../support/revoked-addresses.ts';
import { freshDatabase } from '../../support/database.ts';
import { waitUntil } from '../../support/processes.ts';
import { type Relay, startRelay } from './relay.ts';
import { scratchFolder, startServiceProcess } from './service-process.ts';
import { type Answer, provision, remarksOf } from './support.ts';

const stale = 'x-wayleave-stale-seconds';
const unknown = '/sub/AAAAbbbbCCCCddddEEEEffffGGGGhhh2';
// An address may ask every two seconds in the long run.
const patience = { timeout: 40_000, interval: 1000 };

interface World {
  readonly operator: Store;
  readonly relay: Relay;
  readonly folder: string;
  readonly file: string;
  /** Starts the service, with the snapshot under this key. */
  readonly start: (key?: Buffer) => ReturnType<typeof startServiceProcess>;
}

async function openWorld(): Promise<World> {
  const { url } = await freshDatabase();
  const operator = await openStore({ databaseUrl: url, role: 'operator', log: silentLog, applicationName: 'operator' });
  onTestFinished(() => operator.close());
  const relay = await startRelay(Number(new URL(url).port));
  onTestFinished(() => relay.stop());
  const relayed = new URL(url);
  relayed.host = `127.0.0.1:${relay.port}`;
  const folder = await scratchFolder();
  const file = path.join(folder, 'snapshot');
  const ownKey: Buffer = randomBytes(32);
  const start = (key = ownKey) =>
    startServiceProcess({
      databaseUrl: relayed.href,
      folder,
      env: { WAYLEAVE_SNAPSHOT_FILE: file, WAYLEAVE_SNAPSHOT_KEY: key.toString('base64') },
    });
  return { operator, relay, folder, file, start };
}

const withoutAge = ({ headers: { [stale]: _age, ...headers }, ...rest }: Answer): Answer => ({ ...rest, headers });

it.each(['refuse', 'hang'] as const)(
  'a process that starts while the database does %s answers what the one before did, to the byte',
  async (mode) => {
    const { operator, relay, file, start } = await openWorld();
    const [alice, bob, carol] = [
      await provision(operator, 'alice', ['NL', 'DE']),
      await provision(operator, 'bob', ['FI']),
      await provision(operator, 'carol', ['US']),
    ];
    const before = await start();
    await waitUntil('it is ready', async () => (await before.ready()) === 200);
    const known = [alice, bob].map(({ token }) => `/sub/${token}`);
    const [ofAlice, ofBob] = await Promise.all(known.map((one) => before.ask(one)));
    expect(ofAlice?.status).toBe(200);
    expect((await before.ask(`/sub/${carol.token}`)).status).toBe(200);
    await revokeAddresses(operator, [carol.id]);
    await expect.poll(async () => (await before.ask(`/sub/${carol.token}`)).status, patience).toBe(404);
    await before.process.stop();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const secret of [alice.token, alice.record.generations[0]?.clientUuid ?? '', 'nl1.example.com']) {
      expect((await readFile(file)).includes(secret)).toBe(false);
    }

    relay.set(mode);
    const after = await start();
    await waitUntil('it is ready', async () => (await after.ready()) === 200);
    const again = await Promise.all(known.map((one) => after.ask(one)));
    expect(again.map(withoutAge)).toEqual([ofAlice, ofBob]);
    expect(again.every(({ headers }) => headers[stale] !== undefined)).toBe(true);
    // Nobody can tell: neither of who never was, nor of who was revoked.
    expect((await after.ask(unknown)).status).toBe(503);
    expect((await after.ask(`/sub/${carol.token}`)).status).toBe(503);

    await writeStates(operator, [{ subscriptionId: alice.id, suspended: true, limited: false }]);
    relay.set('pass');
    await expect
      .poll(async () => remarksOf((await after.ask(known[0] ?? '')).body), patience)
      .toEqual([expect.stringMatching(/suspended/i)]);
    await expect.poll(async () => (await after.ask(unknown)).status, patience).toBe(404);
  },
);

it('a snapshot of another key, or one that is torn, is set aside with a warning, and the service starts', async () => {
  const { operator, folder, file, start } = await openWorld();
  const { token } = await provision(operator, 'alice', ['NL']);
  const first = await start();
  await waitUntil('it is ready', async () => (await first.ready()) === 200);
  await first.ask(`/sub/${token}`);
  await first.process.stop();
  const written = await readFile(file);

  const other = await start(randomBytes(32));
  await waitUntil('it is ready', async () => (await other.ready()) === 200);
  expect(await readFile(`${file}.refused`)).toEqual(written);
  expect(await other.process.logTail()).toContain('SUB_SNAPSHOT_KEY');
  expect((await other.ask(`/sub/${token}`)).status).toBe(200);
  await other.process.stop();

  await writeFile(file, written.subarray(0, written.length - 10));
  const third = await start();
  await waitUntil('it is ready', async () => (await third.ready()) === 200);
  expect(await third.process.logTail()).toContain('SUB_SNAPSHOT_DAMAGED');
  expect(await third.process.logTail()).not.toContain(token);
  expect((await third.ask(`/sub/${token}`)).status).toBe(200);
  await third.process.stop();
  // Nothing half-written is left, and the next start finds a whole one.
  expect((await readdir(folder)).filter((name) => name.startsWith('snapshot')).toSorted()).toEqual([
    'snapshot',
    'snapshot.refused',
  ]);
});

it('without a snapshot yet a process waits for the database, alive and not ready', async () => {
  const { operator, relay, start } = await openWorld();
  const { token } = await provision(operator, 'alice', ['NL']);
  relay.set('refuse');
  const service = await start();
  expect(await service.ready()).toBe(503);
  relay.set('pass');
  await waitUntil('it is ready', async () => (await service.ready()) === 200);
  expect((await service.ask(`/sub/${token}`)).status).toBe(200);
});
