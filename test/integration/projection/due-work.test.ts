import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { dueTimersStatement } from '../../../src/ledger/retirement.ts';
import { pageOfProjected } from '../../../src/ledger/projected.ts';
import { freshDatabase } from '../../support/database.ts';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

describe('with 20,000 subscriptions', () => {
  let database: pg.Client;
  beforeAll(async () => {
    const { url } = await freshDatabase();
    database = new pg.Client({ connectionString: url });
    await database.connect();
    await database.query(`
      insert into wayleave.subscriptions (id, namespace, name, source, short_id)
      select id, 'shop-' || n % 2, 'sub-' || id, 'ledger', 'x' || lpad(n::text, 9, '0')
      from (select gen_random_uuid() as id, n from generate_series(1, 20000) n) s;
      insert into wayleave.entitlements (subscription_id, source) select id, 'ledger' from wayleave.subscriptions;
      insert into wayleave.timers (subscription_id, purpose, due_at)
      select id, p, now() + make_interval(days => (random() * 60)::int) from wayleave.subscriptions,
        unnest(array['refold', 'remind', 'retire']) p`);
    await database.query('vacuum analyze');
  });
  afterAll(() => database.end());

  async function nodes(text: string, values: readonly unknown[]): Promise<Plan[]> {
    const { rows } = await database.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
      `explain (format json) ${text}`,
      [...values],
    );
    const walk = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(walk)];
    return (rows[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan: top }) => walk(top));
  }

  it('finds what is due in a range of one index', async () => {
    for (const purpose of ['refold', 'retire']) {
      const plan = await nodes(dueTimersStatement.text, [purpose, 100]);
      expect(plan.map((node) => [node['Node Type'], node['Index Name']])).toEqual([
        ['Limit', undefined],
        ['Index Only Scan', 'timers_due'],
      ]);
    }
  });

  it('reads a page of what must be in the cluster in a range of one index', async () => {
    const plan = await nodes(pageOfProjected.text, ['shop-1', '00000000-0000-0000-0000-000000000000', 500]);
    expect(plan.map((node) => node['Index Name'])).toContain('subscriptions_projected');
    const read = plan.filter((node) => node['Relation Name'] !== 'outbox');
    expect(read.map((node) => node['Node Type'])).not.toContain('Sort');
    expect(read.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  });
});
