import { readFileSync } from 'node:fs';

export type Words = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export const wordsFile = new URL('words.json', import.meta.url);

/** By kind and rule: field and message of each cause of the refusal, as `kubectl` prints them. */
export function readWords(): Words {
  return JSON.parse(readFileSync(wordsFile, 'utf8')) as Words;
}
