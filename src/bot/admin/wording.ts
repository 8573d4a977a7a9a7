import type { AdminRecord } from '../../ledger/index.ts';
import { escapeHtml, type Html, type Speaker } from '../texts.ts';

/** Somebody who is not asking now. */
export interface Person {
  readonly name: string;
  readonly userName: string | undefined;
  readonly telegramId: number | undefined;
}

/** `Alice · @alice · 12345`, with a link to the chat. HTML. */
export function personHtml({ name, userName, telegramId }: Person): Html {
  const shown = escapeHtml(name === '' ? '–' : name);
  const linked = telegramId === undefined ? shown : `<a href="tg://user?id=${telegramId}">${shown}</a>`;
  const parts = [linked, ...(userName === undefined ? [] : [`@${escapeHtml(userName)}`])];
  if (telegramId !== undefined) parts.push(`<code>${telegramId}</code>`);
  return { html: parts.join(' · ') };
}

/** Who did something, as ledger and audit name him, in the words of people. Plain. */
export function authorName(author: string, admins: readonly AdminRecord[]): string {
  const admin = admins.find(({ telegramId }) => author === `admin:${telegramId}`);
  return admin === undefined || admin.name === '' ? author : admin.name;
}

/** `3 d`, `5 h`, `12 min`: the largest unit that fits. Plain. */
export function ageLabel(speak: Speaker, seconds: number): string {
  if (seconds >= 172_800) return speak.label('admin-age-days', { count: Math.floor(seconds / 86_400) });
  if (seconds >= 7200) return speak.label('admin-age-hours', { count: Math.floor(seconds / 3600) });
  return speak.label('admin-age-minutes', { count: Math.floor(Math.max(0, seconds) / 60) });
}

/** Telegram takes 4096 characters; lines of people fit in less. */
const mostCharacters = 3600;

/** Lines until the message is full. HTML is never cut within a line. */
export function joinLines(lines: readonly string[], separator = '\n'): string {
  let text = '';
  for (const line of lines) {
    const next = text === '' ? line : `${text}${separator}${line}`;
    if (next.length > mostCharacters) return `${text}${separator}…`;
    text = next;
  }
  return text;
}
