import {
  grantTime,
  lastSoldTerms,
  plansSold,
  previewGrant,
  type NamedSubscription,
  type PlanTerms,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import type { Host } from '../host.ts';
import { UsageError } from '../usage-error.ts';
import { changeTime, type ActCall } from './change-time.ts';

interface GivenTime extends ActCall {
  readonly dryRun: boolean | undefined;
  readonly source: 'admin' | 'compensation';
  /** Absent: as long as the plan is. */
  readonly lengthSeconds: number | undefined;
  readonly plan: string | undefined;
}

/** Gives time, with the limits of a plan or of what ran last. */
export async function giveTime(host: Host, text: string, given: GivenTime): Promise<void> {
  const { source, plan } = given;
  await changeTime(host, text, given, async (store, subscription) => {
    const terms = plan === undefined ? undefined : await termsOfPlan(store, subscription, plan);
    const lengthSeconds = given.lengthSeconds ?? terms?.lengthSeconds;
    if (lengthSeconds === undefined) throw new UsageError('--days is required where no --plan says how long.');
    const grant = { source, lengthSeconds, ...(terms === undefined ? {} : { terms }) };
    return {
      preview: ({ entries, now }) => previewGrant(entries, now, { source, lengthSeconds, terms }),
      apply: (by) => grantTime(store, subscription.id, grant, by),
      cause: (requestId) => `${source}:${requestId}`,
    };
  });
}

async function termsOfPlan(store: Store, { shop }: NamedSubscription, plan: string): Promise<PlanTerms> {
  const terms = shop === undefined ? undefined : await lastSoldTerms(store, shop.id, plan);
  if (terms !== undefined) return terms;
  const sold = shop === undefined ? [] : await plansSold(store, shop.id);
  const hint = sold.length === 0 ? 'it has sold none yet' : `it has sold ${sold.join(', ')}`;
  throw new CommandError(
    `shop ${shop?.name ?? ''} has never sold a plan "${plan}", so its limits are not known here (${hint}): leave --plan out to give those of the subscription, or grant it in the bot`,
    { retry: 'never' },
  );
}
