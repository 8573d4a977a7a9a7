import { expect, it } from 'vitest';
import { checkServer } from './server.ts';

const connection = (number: number, standby = false): Parameters<typeof checkServer>[0] => ({
  query: (() => Promise.resolve({ rows: [{ number, version: String(number), standby }] })) as never,
});

it.each([
  [140_099, 'STORE_SERVER_TOO_OLD'],
  [90_600, 'STORE_SERVER_TOO_OLD'],
])('refuses server %i', async (number, code) => {
  await expect(checkServer(connection(number), { writable: false })).rejects.toMatchObject({ code, retry: 'never' });
});

it.each([150_000, 180_004])('takes server %i', async (number) => {
  await expect(checkServer(connection(number), { writable: true })).resolves.toBeUndefined();
});

it('takes a standby only for reading, and waits for it to become the primary', async () => {
  await checkServer(connection(180_000, true), { writable: false });
  const writing = checkServer(connection(180_000, true), { writable: true });
  await expect(writing).rejects.toMatchObject({ code: 'STORE_READ_ONLY', retry: 'later' });
});
