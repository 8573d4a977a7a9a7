import type { Queryable } from '../store/index.ts';
import type { PlanTerms } from './terms.ts';

/**
 * The terms under which a shop last sold a plan: what a person at a terminal can give without the cluster, also of a plan
 * that does not exist any more.
 *
 * @returns nothing for a plan that was never sold
 */
export async function lastSoldTerms(db: Queryable, shopId: string, plan: string): Promise<PlanTerms | undefined> {
  // Ids grow with time, so the newest is found from the end of the primary key.
  const [row] = await db.query<{ terms: PlanTerms }>(
    `select terms from wayleave.orders where shop_id = $1 and plan_name = $2 and state = 'paid' order by id desc limit 1`,
    [shopId, plan],
  );
  return row?.terms;
}

/** Names of the plans that a shop has sold lately. For a message only. */
export async function plansSold(db: Queryable, shopId: string): Promise<string[]> {
  const rows = await db.query<{ plan: string }>(
    `select distinct plan_name as plan
     from (select plan_name from wayleave.orders where shop_id = $1 and state = 'paid' order by id desc limit 5000) o
     order by plan limit 20`,
    [shopId],
  );
  return rows.map(({ plan }) => plan);
}
