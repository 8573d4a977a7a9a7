import { expect, it, vi } from 'vitest';
import { silentLog, type Log } from '../base/log.ts';
import { handleWork } from './outbox-work.ts';

const work = { key: 'one', attempts: 0, version: 1n, claim: 'mine', createdAtMs: 0 };

it.each([
  ['is done', () => Promise.resolve(undefined)],
  ['has to wait', () => Promise.resolve(5)],
  ['failed', () => Promise.reject(new Error('the provider is down'))],
])('work that %s while Postgres is away rejects nowhere, and both are logged', async (_, attempt) => {
  const warn = vi.fn<Log['warn']>();
  const query = (): Promise<never> => Promise.reject(new Error('no database'));
  const handling = {
    topic: 'refund',
    attempt,
    random: () => 0,
    log: { ...silentLog, warn },
    what: 'no refund',
  } as const;
  await expect(handleWork(work, { ...handling, store: { query } })).resolves.toBeUndefined();
  expect(warn).toHaveBeenCalledTimes(2);
  expect(warn).toHaveBeenLastCalledWith(expect.objectContaining({ err: 'no database', key: 'one' }), expect.anything());
});
