import { expect, it, onTestFinished } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { openStore } from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { waitUntil } from '../../support/processes.ts';
import { startRelay } from './relay.ts';
import { scratchFolder, startServiceProcess } from './service-process.ts';
import { provision } from './support.ts';

it('whoever asked before a restart is answered in an outage right after it', async () => {
  const { url } = await freshDatabase();
  const operator = await openStore({ databaseUrl: url, role: 'operator', log: silentLog, applicationName: 'operator' });
  onTestFinished(() => operator.close());
  const [alice, bob] = [await provision(operator, 'alice', ['NL', 'DE']), await provision(operator, 'bob', ['FI'])];
  const relay = await startRelay(Number(new URL(url).port));
  onTestFinished(() => relay.stop());
  const relayed = new URL(url);
  relayed.host = `127.0.0.1:${relay.port}`;
  const folder = await scratchFolder();
  const start = () => startServiceProcess({ databaseUrl: relayed.href, folder });

  const before = await start();
  await waitUntil('it is ready', async () => (await before.ready()) === 200);
  const answer = await before.ask(`/sub/${alice.token}`);
  expect(answer.status).toBe(200);
  await before.process.stop();
  const [noted] = await operator.query<{ count: number }>('select count(*)::integer as count from wayleave.token_uses');
  expect(noted?.count).toBe(1);

  const after = await start();
  await waitUntil('it is ready', async () => (await after.ready()) === 200);
  await waitUntil('it is warm', async () => (await after.process.logTail()).includes('warm: an outage can come'));
  relay.set('refuse');
  const again = await after.ask(`/sub/${alice.token}`);
  expect([again.status, again.body]).toEqual([200, answer.body]);
  expect(again.headers['x-wayleave-stale-seconds']).toBeDefined();
  expect((await after.ask(`/sub/${bob.token}`)).status).toBe(503);
});
