import type { Log } from '../base/log.ts';
import type { Tracer } from '../base/trace.ts';
import {
  extendSurplus,
  forget,
  forgetfulTables,
  noteProvisioned,
  type ForgetfulTable,
  type ForgettingPlace,
} from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { PaymentError } from './errors.ts';
import type { Failpoint } from './failpoints.ts';
import type { Job } from './jobs.ts';
import type { PaymentMetrics } from './metrics.ts';
import type { PaymentProvider } from './provider.ts';
import { reconcile, reconcileJob } from './reconcile.ts';
import { traceOrders } from './trace-orders.ts';

export interface ShopJobsOptions {
  readonly store: Store;
  readonly shopId: string;
  readonly providers: readonly PaymentProvider[];
  readonly metrics: PaymentMetrics;
  readonly log: Log;
  readonly failpoint: Failpoint;
  /** Rings when the operator may have confirmed a delivery. @returns ends that */
  readonly onDelivery?: (ring: () => void) => () => void;
  /** Absent: nobody wants traces. */
  readonly tracer?: Tracer | undefined;
}

/** How many orders one statement takes. */
const batch = 200;

/** How many rows one statement deletes: a matter of milliseconds, whoever waits for one of them. */
const forgottenAtOnce = 1000;

/** What the holder of a shop's Lease does all the time about its money. The bot adds what customers see of it. */
export function shopJobs(options: ShopJobsOptions): readonly Job[] {
  const { onDelivery } = options;
  return [
    ...reconcileJobs(options),
    {
      name: 'note-provisioned',
      everyMs: 5_000,
      timeoutMs: 30_000,
      run: () => noteAll(options),
      ...(onDelivery === undefined ? {} : { listen: onDelivery }),
    },
    { name: 'extend-surplus', everyMs: 600_000, timeoutMs: 60_000, run: () => extendAll(options) },
    { name: 'retention', everyMs: 1_800_000, timeoutMs: 120_000, run: forgetting(options) },
  ];
}

/** One for each provider that keeps books, however many methods of the shop stand for it. */
function reconcileJobs(options: ShopJobsOptions): readonly Job[] {
  const pollable = options.providers.filter(({ capabilities }) => capabilities.canPoll);
  const byId = new Map(pollable.map((provider) => [provider.id, provider]));
  return Array.from(byId.values(), (provider) => ({
    name: reconcileJob(provider),
    everyMs: 60_000,
    timeoutMs: 120_000,
    run: (signal) => reconcile({ ...options, provider }, signal),
  }));
}

async function noteAll({ store, shopId, metrics, log, tracer }: ShopJobsOptions): Promise<'done' | 'more'> {
  const noted = await noteProvisioned(store, shopId, batch);
  const awaited = noted.filter(({ isRefunded }) => !isRefunded);
  for (const { orderId, subscriptionId, tookSeconds } of awaited) {
    metrics.orderProvisioned(tookSeconds);
    log.info({ orderId, subscriptionId, tookSeconds: Math.round(tookSeconds * 10) / 10 }, 'an order is provisioned');
  }
  if (tracer !== undefined) {
    await traceOrders(
      { store, tracer, log },
      awaited.map(({ orderId }) => orderId),
    );
  }
  return noted.length < batch ? 'done' : 'more';
}

async function extendAll({ store, shopId, log }: ShopJobsOptions): Promise<'done'> {
  const { extended, failures } = await extendSurplus(store, shopId);
  if (extended > 0) log.info({ extended }, 'turned second payments that nobody decided about into time');
  const [first] = failures;
  if (first === undefined) return 'done';
  throw new PaymentError(
    'PAYMENT_UNRECORDED',
    `${String(failures.length)} second payments cannot become time by themselves and need a person: ${first}`,
    { retry: 'later' },
  );
}

/** A batch of each table a run. What one run has looked at and left is not looked at again before the end was reached. */
function forgetting({ store, shopId, metrics, log }: ShopJobsOptions): Job['run'] {
  const places = new Map<ForgetfulTable, ForgettingPlace | undefined>();
  return async (signal) => {
    let isMore = false;
    for (const table of forgetfulTables) {
      if (signal.aborted) return 'more';
      const place = places.get(table);
      const wanted = { limit: forgottenAtOnce, ...(place === undefined ? {} : { place }) };
      const { rows, more, place: reached } = await forget(store, shopId, table, wanted);
      places.set(table, reached);
      isMore ||= more;
      if (rows === 0) continue;
      metrics.forgot(table, rows);
      log.info({ table, rows }, 'deleted what is over and too old to be of use');
    }
    return isMore ? 'more' : 'done';
  };
}
