import { join, resolve } from 'node:path';
import { optional } from '../option.ts';
import { text } from '../value-kinds.ts';

const checkout = join(import.meta.dirname, '..', '..', '..');

/** The folder of "wayleave up", the same option for every command that looks for a running one. */
export const dataFolder = optional({
  flag: '--data <folder>',
  variable: 'WAYLEAVE_DATA',
  summary: 'where "wayleave up" keeps its data between runs (default: .wayleave in the checkout)',
  kind: text,
});

const defaultFolder = join(checkout, '.wayleave');

export function resolveDataFolder(given: string | undefined): string {
  return given === undefined ? defaultFolder : resolve(given);
}

export function isDefaultFolder(folder: string): boolean {
  return folder === defaultFolder;
}
