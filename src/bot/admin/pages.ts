import { writeCallback } from '../callback.ts';
import type { Button } from '../screen.ts';
import type { Speaker } from '../texts.ts';

/** One page of a list: one more than fits is asked for, to know whether there are others. */
export interface Page {
  readonly number: number;
  readonly limit: number;
  readonly offset: number;
}

/** @param written from a button; anything odd is the first page */
export function pageOf(written: string | undefined, size: number): Page {
  const number = /^\d{1,5}$/.test(written ?? '') ? Number(written) : 0;
  return { number, limit: size + 1, offset: number * size };
}

/** The rows that are shown, and buttons to those before and after. */
export function paged<Row>(
  speak: Speaker,
  rows: readonly Row[],
  { number, limit }: Page,
  action: string,
  ...args: readonly string[]
): { readonly shown: readonly Row[]; readonly buttons: readonly Button[] } {
  const buttons: Button[] = [];
  if (number > 0) {
    buttons.push({ text: speak.label('admin-button-before'), data: writeCallback(action, ...args, number - 1) });
  }
  if (rows.length >= limit) {
    buttons.push({ text: speak.label('admin-button-after'), data: writeCallback(action, ...args, number + 1) });
  }
  return { shown: rows.slice(0, limit - 1), buttons };
}

export function button(
  speak: Speaker,
  key: string,
  action: string,
  ...args: readonly (string | number)[]
): { readonly text: string; readonly data: string } {
  return { text: speak.label(key), data: writeCallback(action, ...args) };
}
