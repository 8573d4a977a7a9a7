import type pg from 'pg';

/**
 * Puts a clock into the database whose hand a test can move, in the place of `wayleave.wall_clock()`. It goes on running
 * by itself; days and months are jumps. Needs the schema's owner.
 */
export async function installClock(owner: pg.Pool | pg.Client): Promise<void> {
  await owner.query(`
    create table if not exists wayleave.test_clock (shift interval not null);
    insert into wayleave.test_clock select interval '0' where not exists (select from wayleave.test_clock);
    grant select on wayleave.test_clock to public;
    create or replace function wayleave.wall_clock() returns timestamptz language sql stable as
      'select clock_timestamp() + (select shift from wayleave.test_clock)'`);
}

/** Lets time pass, for everybody who uses the database. */
export async function passTime(owner: pg.Pool | pg.Client, seconds: number): Promise<void> {
  await owner.query('update wayleave.test_clock set shift = shift + make_interval(secs => $1)', [seconds]);
}

/** Epoch seconds by the database's clock. */
export async function readClock(owner: pg.Pool | pg.Client): Promise<number> {
  const { rows } = await owner.query<{ now: number }>(
    'select extract(epoch from wayleave.wall_clock())::float8 as now',
  );
  return rows[0]?.now ?? Number.NaN;
}
