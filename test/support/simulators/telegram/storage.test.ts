import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTelegramSimulator } from './index.ts';
import { callBot } from './testing.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wayleave-telegram-'));
});

afterEach(() => rm(folder, { recursive: true }));

test('it is the same Telegram after a restart', async () => {
  const storage = path.join(folder, 'telegram.json');
  const first = await startTelegramSimulator({ storage });
  const anna = first.user({ firstName: 'Anna', balance: 100 });
  await anna.sends('/start');
  await callBot(first, 'sendMessage', { chat_id: anna.id, text: 'Hi' });
  const [update] = first.pendingUpdates;
  await first.stop();

  const second = await startTelegramSimulator({ storage });
  expect(second.token).toBe(first.token);
  expect(second.pendingUpdates).toStrictEqual([update]);
  const again = second.user({ id: anna.id, firstName: 'Anna' });
  expect(again.chat().map(({ text }) => text)).toStrictEqual(['/start', 'Hi']);
  expect(again.balance).toBe(100);
  await callBot(second, 'getUpdates', { offset: (update?.update_id ?? 0) + 1 });
  await again.sends('more');
  expect(second.pendingUpdates[0]?.update_id).toBeGreaterThan(update?.update_id ?? 0);
  await second.stop();
});
