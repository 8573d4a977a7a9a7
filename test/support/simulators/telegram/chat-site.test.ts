import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandsFor } from './chat-json.ts';
import { startTelegramSimulator, type TelegramSimulator } from './index.ts';
import type { CommandsRow, UserRow } from './state.ts';

let telegram: TelegramSimulator;

beforeEach(async () => {
  telegram = await startTelegramSimulator();
});

afterEach(() => telegram.stop());

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${telegram.apiUrl}/chat-api/${path}`, { method: 'POST', body: JSON.stringify(body), headers });
}

test('the page loads nothing from elsewhere and runs nothing inline', async () => {
  const page = await fetch(`${telegram.apiUrl}/`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
  for (const address of sources) {
    expect(address).toMatch(/^\/page\//);
    expect((await fetch(`${telegram.apiUrl}${address.split('#')[0]}`)).status).toBe(200);
  }
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/);
});

test('only files of the page are served', async () => {
  for (const path of ['/page/../server.ts', '/page/..%2fserver.ts', '/page/nothing.mjs', '/elsewhere']) {
    expect((await fetch(`${telegram.apiUrl}${path}`)).status).toBe(404);
  }
});

test('other sites in the same browser may not play', async () => {
  const foreign = await post('people', { firstName: 'Mallory' }, { origin: 'https://example.org' });
  expect(foreign.status).toBe(403);
  const own = await post('people', { firstName: 'Anna' }, { origin: telegram.apiUrl });
  expect(own.status).toBe(200);
});

test('what cannot be done is said', async () => {
  const anna = telegram.user({ firstName: 'Anna' });
  anna.blocksBot();
  const refused = await post(`people/${anna.id}/send`, { text: 'Hi' });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toStrictEqual({ error: 'Anna has blocked the bot and cannot write to it' });
  expect((await post('people/1/send', { text: 'Hi' })).status).toBe(404);
});

test('a person is offered the commands that fit them best', () => {
  const row = (type: string, languageCode: string, command: string, chatId?: number): CommandsRow => ({
    scope: { type, ...(chatId === undefined ? {} : { chat_id: chatId }) },
    languageCode,
    commands: [{ command, description: 'x' }],
  });
  const all = [
    row('default', '', 'any'),
    row('default', 'ru', 'russian'),
    row('all_private_chats', '', 'private'),
    row('chat', '', 'admin', 7),
  ];
  const best = (id: number, rows: readonly CommandsRow[]): string | undefined => {
    const user = { id, is_bot: false, first_name: 'x', language_code: 'ru' };
    return commandsFor(rows, { user } as UserRow)[0]?.command;
  };
  expect(best(7, all)).toBe('admin');
  expect(best(8, all)).toBe('private');
  expect(best(8, all.slice(0, 2))).toBe('russian');
  expect(best(8, [])).toBeUndefined();
});
