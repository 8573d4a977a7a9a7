import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { takeBaseBackup } from './postgres-backup.ts';
import { startPostgres } from './postgres.ts';

it('a backup of a server that is written to starts with what was committed, and with nothing that came after', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-backup-'));
  await chmod(folder, 0o711);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [live, copy] = [path.join(folder, 'live'), path.join(folder, 'copy')];
  const postgres = await startPostgres({ directory: live });
  await postgres.query('create table facts as select n from generate_series(1, 1000) as n');
  let isDone = false;
  let written = 1_000;
  const writing = (async () => {
    while (!isDone) await postgres.query('insert into facts values ($1)', [(written += 1)]);
  })();
  await takeBaseBackup(postgres, live, copy);
  isDone = true;
  await writing;
  await postgres.query('insert into facts values (-1)');
  await postgres.stop();

  const restored = await startPostgres({ directory: copy });
  onTestFinished(() => restored.stop());
  const [facts] = await restored.query<{ lowest: number; distinct: number; highest: number }>(
    'select min(n)::integer as lowest, count(distinct n)::integer as distinct, max(n)::integer as highest from facts',
  );
  expect(facts).toMatchObject({ lowest: 1, distinct: facts?.highest });
  expect(facts?.highest).toBeGreaterThan(1_000);
  expect(facts?.highest).toBeLessThanOrEqual(written);
});
