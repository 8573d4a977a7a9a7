import type pg from 'pg';
import type { Log } from '../base/log.ts';
import { rights, roleNames } from './rights.ts';

/**
 * Creates the group roles where the migrating user may, and grants each what `rights` says. Roles that are missing are
 * told and skipped: a database administrator can create them later and migrate once more.
 *
 * Runs inside the migration lock. Only adds: a right that a newer version granted stays.
 */
export async function grantRights(client: pg.Client, log: Log): Promise<void> {
  for (const part of Object.keys(roleNames) as (keyof typeof roleNames)[]) {
    const role = roleNames[part];
    if (!(await ensureRole(client, role))) {
      log.warn(
        { role },
        `role ${role} is missing and the migrating user may not create it: run "create role ${role} nologin" as an administrator and migrate again, or connect as the owner of the schema`,
      );
      continue;
    }
    const grants = Object.entries(rights[part]).map(
      ([table, privileges]) => `grant ${privileges.join(', ')} on wayleave.${table} to ${role}`,
    );
    await client.query([`grant usage on schema wayleave to ${role}`, ...grants].join('; '));
  }
}

async function ensureRole(client: pg.Client, role: string): Promise<boolean> {
  // Roles belong to the whole server, so another database's migration may create the same one at this moment.
  await client.query(
    `do $$ begin
       if not exists (select from pg_roles where rolname = '${role}')
          and (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) then
         create role ${role} nologin;
       end if;
     exception when duplicate_object or unique_violation then null;
     end $$`,
  );
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  return rowCount === 1;
}
