import { describe, expect, it } from 'vitest';
import { optional, readOptions, required, withDefault } from './option.ts';
import { UsageError } from './usage-error.ts';
import { durationMs, postgresUrl, text } from './value-kinds.ts';

const specs = {
  name: optional({ flag: '--name <name>', variable: 'WAYLEAVE_NAME', summary: 'a name', kind: text }),
  wait: withDefault('15s', { flag: '--wait <d>', variable: 'WAYLEAVE_WAIT', summary: 'a wait', kind: durationMs }),
  database: required({
    flag: '--database-url <url>',
    variable: 'DATABASE_URL',
    summary: 'the database',
    kind: postgresUrl,
    secret: true,
  }),
};
const database = 'postgres://h/d';

describe('reading options', () => {
  it('prefers the flag to the variable and the variable to the default', () => {
    expect(readOptions(specs, { database }, {}).wait).toBe(15_000);
    expect(readOptions(specs, { database }, { WAYLEAVE_WAIT: '1s' }).wait).toBe(1000);
    expect(readOptions(specs, { database, wait: '2s' }, { WAYLEAVE_WAIT: '1s' }).wait).toBe(2000);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readOptions(specs, { database }, { WAYLEAVE_WAIT: '', WAYLEAVE_NAME: '' })).toEqual({
      name: undefined,
      wait: 15_000,
      database,
    });
  });

  it.each([
    ['a missing one', {}, {}, '--database-url (DATABASE_URL) is required'],
    ['a wrong flag', { database, wait: 'soon' }, {}, '--wait (WAYLEAVE_WAIT) must be a duration'],
    ['a wrong variable', { database }, { WAYLEAVE_WAIT: 'soon' }, 'not "soon"'],
    ['a flag given as nothing', { database, wait: '' }, {}, '--wait (WAYLEAVE_WAIT)'],
  ])('refuses %s and names flag and variable', (_, given, env, part) => {
    expect(() => readOptions(specs, given, env)).toThrow(UsageError);
    expect(() => readOptions(specs, given, env)).toThrow(part);
  });

  it('never repeats a secret value', () => {
    const read = (): unknown => readOptions(specs, { database: 'mysql://u:hunter2@h/d' }, {});
    expect(read).toThrow('--database-url (DATABASE_URL) must be a Postgres address');
    expect(read).not.toThrow(/hunter2/);
  });
});
