import { StoreError } from './errors.ts';
import type { MigrationFile } from './migration-files.ts';

/** A row of schema_migrations. */
export interface AppliedMigration {
  readonly version: string;
  readonly checksum: string;
  readonly requires: string | null;
}

/** Versions that are applied and that this program does not know: a newer one migrated. */
export function unknownVersions(known: readonly MigrationFile[], applied: readonly AppliedMigration[]): string[] {
  const names = new Set(known.map((file) => file.version));
  return applied.map((row) => row.version).filter((version) => !names.has(version));
}

/**
 * What is left to apply, in order.
 *
 * @throws StoreError STORE_MIGRATION_EDITED, STORE_MIGRATION_ORDER
 */
export function pendingMigrations(
  known: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const byVersion = new Map(applied.map((row) => [row.version, row]));
  for (const file of known) {
    const row = byVersion.get(file.version);
    if (row !== undefined && row.checksum !== file.checksum) {
      throw new StoreError(
        'STORE_MIGRATION_EDITED',
        `migration ${file.version} was edited after it had been applied: restore the file and put the change into a new migration`,
        { retry: 'never' },
      );
    }
  }
  const pending = known.filter((file) => !byVersion.has(file.version));
  const newest = applied.at(-1)?.version;
  const late = pending.find((file) => newest !== undefined && file.version < newest);
  if (late !== undefined) {
    throw new StoreError(
      'STORE_MIGRATION_ORDER',
      `migration ${late.version} comes before ${String(newest)}, which is already applied: give it the next number, or migrate with the newer program`,
      { retry: 'never' },
    );
  }
  return pending;
}

/**
 * Whether this program can work with the schema: everything that it knows is applied, and nothing newer shuts it out.
 *
 * @throws StoreError STORE_SCHEMA_TOO_OLD, STORE_SCHEMA_TOO_NEW
 */
export function checkSchemaVersion(known: readonly MigrationFile[], applied: readonly AppliedMigration[]): void {
  const newestKnown = known.at(-1)?.version ?? '';
  const shutOut = applied.find((row) => row.requires !== null && row.requires > newestKnown);
  if (shutOut !== undefined) {
    throw new StoreError(
      'STORE_SCHEMA_TOO_NEW',
      `the schema is at ${shutOut.version}, which needs a program that knows ${String(shutOut.requires)}; this one ends at ${newestKnown}: run a newer version of Wayleave`,
      { retry: 'never' },
    );
  }
  const names = new Set(applied.map((row) => row.version));
  const missing = known.find((file) => !names.has(file.version));
  if (missing !== undefined) {
    throw new StoreError(
      'STORE_SCHEMA_TOO_OLD',
      `the schema is at ${applied.at(-1)?.version ?? 'nothing'} and this program needs ${newestKnown}: run "wayleave migrate" with this version`,
      { retry: 'later' },
    );
  }
}
