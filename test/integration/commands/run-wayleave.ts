import { runCommandLine } from '../../../src/commands/program.ts';
import type { TestShop } from '../../support/money/shop.ts';
import { scriptedHost } from './scripted-host.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line against the database of a shop, as a person with the rights of the bot. */
export async function runWayleave({ databaseUrl }: Pick<TestShop, 'databaseUrl'>, ...argv: string[]): Promise<Said> {
  const host = scriptedHost([...argv, '--database-url', databaseUrl], { USER: 'ann', WAYLEAVE_AUTHOR: 'ann@ops-1' });
  const code = await runCommandLine(host);
  return { code, out: host.out(), err: host.err() };
}
