import pg from 'pg';
import { silentLog } from '../../../src/base/log.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { freshDatabase } from '../database.ts';
import { installClock } from './clock.ts';
import { prepareEverything } from './prepare-everything.ts';
import { botLogin } from './shop.ts';

/**
 * A database in which histories are played one after the other, by two replicas of the bot. Several lanes keep all cores
 * busy, and time jumps in one without the others noticing.
 */
export interface Lane {
  readonly replicas: readonly [Store, Store];
  /** The superuser. */
  readonly owner: pg.Pool;
  /** Empties every table and sets the clock right. */
  wipe(): Promise<void>;
  /** Keeps what the tables hold, in the place of what was kept before. */
  save(): Promise<void>;
  /** Loses everything that happened since {@link save}. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** What the schema itself put into the tables stays. */
const keeps = ['schema_migrations', 'installation', 'test_clock', 'test_saved'];

const functions = `
  create table wayleave.test_saved (name text primary key, rows jsonb not null);
  create function wayleave.test_tables() returns setof text language sql stable as $$
    select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'wayleave' and c.relkind = 'r' and c.relname <> all (array['${keeps.join("','")}']) order by 1
  $$;
  create function wayleave.test_wipe() returns void language plpgsql as $$
  declare name text;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for name in select wayleave.test_tables() loop execute format('delete from wayleave.%I', name); end loop;
    delete from wayleave.test_saved;
    update wayleave.test_clock set shift = interval '0' where shift <> interval '0';
  end $$;
  create function wayleave.test_save() returns void language plpgsql as $$
  declare name text;
  begin
    delete from wayleave.test_saved;
    for name in select wayleave.test_tables() loop
      execute format('insert into wayleave.test_saved select %L, coalesce(jsonb_agg(t), ''[]'') from wayleave.%I t', name, name);
    end loop;
  end $$;
  create function wayleave.test_restore() returns void language plpgsql as $$
  declare saved record;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for saved in select * from wayleave.test_saved loop
      execute format('delete from wayleave.%I', saved.name);
      execute format(
        'insert into wayleave.%I overriding system value select * from jsonb_populate_recordset(null::wayleave.%I, $1)',
        saved.name, saved.name) using saved.rows;
    end loop;
  end $$;`;

export async function openLane(): Promise<Lane> {
  const database = await freshDatabase();
  const { url } = database;
  const owner = prepareEverything(new pg.Pool({ connectionString: url, max: 1 }));
  await installClock(owner);
  await owner.query(functions);
  // Tables of a handful of rows, full of dead ones: what is prepared here must not plan to read them whole.
  await owner.query(`alter database ${database.name} set enable_seqscan = off`);
  const databaseUrl = await botLogin(owner, url);
  const open = async (): Promise<Store> => {
    const options = { databaseUrl, role: 'bot', log: silentLog, applicationName: 'histories', poolSize: 4 } as const;
    const store = await openStore(options);
    prepareEverything(store.pool);
    return store;
  };
  const replicas = [await open(), await open()] as const;
  const call = async (name: string): Promise<void> => void (await owner.query(`select wayleave.test_${name}()`));
  return {
    replicas,
    owner,
    wipe: () => call('wipe'),
    save: () => call('save'),
    restore: () => call('restore'),
    close: async () => {
      await Promise.all([owner.end(), ...replicas.map((replica) => replica.close())]);
    },
  };
}
