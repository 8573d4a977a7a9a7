import { describe, expect, it } from 'vitest';
import type { MigrationFile } from './migration-files.ts';
import { checkSchemaVersion, pendingMigrations, unknownVersions, type AppliedMigration } from './schema-version.ts';

const file = (version: string): MigrationFile => ({
  version,
  sql: '',
  checksum: `sum of ${version}`,
  requires: undefined,
});
const row = (version: string, requires: string | null = null): AppliedMigration => ({
  version,
  checksum: `sum of ${version}`,
  requires,
});

const [one, two, three] = ['0001_one', '0002_two', '0003_three'] as const;

describe('pendingMigrations', () => {
  it('gives what is not applied, in order', () => {
    expect(pendingMigrations([file(one), file(two), file(three)], [row(one)]).map((each) => each.version)).toEqual([
      two,
      three,
    ]);
    expect(pendingMigrations([file(one)], [row(one)])).toEqual([]);
    expect(pendingMigrations([file(one)], [row(one), row(two)])).toEqual([]);
  });

  it('refuses an applied file that was edited', () => {
    const edited = { ...file(one), checksum: 'another' };
    expect(() => pendingMigrations([edited], [row(one)])).toThrow(
      expect.objectContaining({ code: 'STORE_MIGRATION_EDITED' }),
    );
  });

  it('refuses a file that was put before an applied one', () => {
    expect(() => pendingMigrations([file(one), file(two), file(three)], [row(one), row(three)])).toThrow(
      expect.objectContaining({ code: 'STORE_MIGRATION_ORDER' }),
    );
  });
});

describe('checkSchemaVersion', () => {
  const tooOld = expect.objectContaining({
    code: 'STORE_SCHEMA_TOO_OLD',
    message: expect.stringContaining('wayleave migrate') as string,
  }) as Error;

  it('accepts exactly what is known, and newer things that do not shut it out', () => {
    checkSchemaVersion([file(one)], [row(one)]);
    checkSchemaVersion([file(one)], [row(one), row(two), row(three, one)]);
    expect(unknownVersions([file(one)], [row(one), row(two)])).toEqual([two]);
  });

  it('refuses an older schema', () => {
    expect(() => {
      checkSchemaVersion([file(one), file(two)], [row(one)]);
    }).toThrow(tooOld);
    expect(() => {
      checkSchemaVersion([file(one)], []);
    }).toThrow(tooOld);
  });

  it('refuses a newer schema that needs a program that knows more', () => {
    expect(() => {
      checkSchemaVersion([file(one)], [row(one), row(two), row(three, two)]);
    }).toThrow(expect.objectContaining({ code: 'STORE_SCHEMA_TOO_NEW' }));
  });
});
