import type { Log } from '../base/log.ts';
import {
  booksJobPrefix,
  confirmRefund,
  getShop,
  jobCursor,
  readPayload,
  recordCharge,
  setJobCursor,
  type ShopRecord,
} from '../ledger/index.ts';
import { StoreError, type Store, type StoreErrorCode } from '../store/index.ts';
import { PaymentError } from './errors.ts';
import type { Failpoint } from './failpoints.ts';
import type { PaymentMetrics } from './metrics.ts';
import type { PaymentProvider, ProviderReport } from './provider.ts';

export interface ReconcileOptions {
  readonly store: Store;
  readonly shopId: string;
  readonly provider: PaymentProvider;
  readonly metrics: PaymentMetrics;
  readonly log: Log;
  readonly failpoint: Failpoint;
}

/** Name of the job of a provider, under which its cursor is kept. */
export function reconcileJob(provider: Pick<PaymentProvider, 'id'>): string {
  return `${booksJobPrefix}${provider.id}`;
}

/**
 * Reads what a provider's books say since last time, and records what nobody told us: messages get lost, books do not.
 * Whatever was recorded before stays as it is, so running twice, at once or after a restore changes nothing.
 *
 * What cannot be recorded holds nothing else up, and is not left behind either: the cursor stays before it, and all that
 * follows is read again until it works.
 *
 * @returns `more` when the signal ended it before the end of the books
 * @throws PaymentError PAYMENT_UNRECORDED for what could not be recorded, and what the provider throws
 */
export async function reconcile(options: ReconcileOptions, signal: AbortSignal): Promise<'done' | 'more'> {
  const { store, shopId, provider, failpoint } = options;
  const name = reconcileJob(provider);
  const shop = await getShop(store, shopId);
  let cursor = await jobCursor(store, shopId, name);
  let held: string | undefined;
  let failures = 0;
  for (let more = true; more;) {
    // Done is only what came to the end of the books: orders are forgotten on the strength of it.
    if (signal.aborted) return 'more';
    const report = await provider.poll(cursor);
    const failed = await applyReport(options, shop, report);
    if (failed > 0) held ??= cursor;
    failures += failed;
    ({ cursor, more } = report);
    await failpoint('reconcile.before-cursor');
    await setJobCursor(store, shopId, name, held ?? cursor);
  }
  if (failures === 0) return 'done';
  throw new PaymentError(
    'PAYMENT_UNRECORDED',
    `${String(failures)} entries of the books of ${provider.id} could not be recorded, the log says why; they are tried again`,
    { retry: 'later' },
  );
}

/** Charges before refunds: a refund of a charge that was lost as well finds it. @returns how many failed */
async function applyReport(options: ReconcileOptions, shop: ShopRecord, report: ProviderReport): Promise<number> {
  const { provider, metrics } = options;
  let failed = 0;
  for (const charge of report.charges) {
    if (isBeforeUs(shop, charge)) continue;
    failed += await attempt(options, charge.chargeId, () => takeCharge(options, charge));
  }
  for (const refund of report.refunds) {
    failed += await attempt(options, refund.chargeId, () => takeRefund(options, refund));
  }
  metrics.found(provider.id, 'ignored', report.ignored ?? 0);
  metrics.found(provider.id, 'failed', failed);
  return failed;
}

async function takeCharge(
  { store, shopId, provider, metrics, log, failpoint }: ReconcileOptions,
  charge: ProviderReport['charges'][number],
): Promise<void> {
  const recorded = await recordCharge(store, { ...charge, shopId });
  await failpoint('reconcile.after-record');
  metrics.chargeRecorded(provider.id, recorded);
  if (recorded.duplicate) return;
  metrics.found(provider.id, 'charge');
  const { chargeId } = charge;
  const { disposition, orderId } = recorded;
  log.warn(
    { orderId, provider: provider.id, chargeId, disposition },
    'the books of a provider have a charge that was not known',
  );
}

async function takeRefund(
  { store, shopId, provider, metrics, log }: ReconcileOptions,
  refund: ProviderReport['refunds'][number],
): Promise<void> {
  const about = { shopId, provider: provider.id, startedBy: provider.id };
  if ((await confirmRefund(store, { ...refund, ...about })) !== 'confirmed') return;
  metrics.found(provider.id, 'refund');
  const { chargeId } = refund;
  log.warn({ provider: provider.id, chargeId }, 'the books of a provider have a refund that was not known');
}

const away: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'STORE_UNREACHABLE',
  'STORE_FULL',
  'STORE_READ_ONLY',
]);

/** A database that takes nothing now concerns all of them; anything else only this one. */
async function attempt(
  { provider, log }: ReconcileOptions,
  chargeId: string,
  take: () => Promise<void>,
): Promise<number> {
  try {
    await take();
    return 0;
  } catch (thrown) {
    if (thrown instanceof StoreError && away.has(thrown.code)) throw thrown;
    log.error({ err: thrown, provider: provider.id, chargeId }, 'an entry of the books could not be recorded');
    return 1;
  }
}

/** What was paid before the shop began is none of its own, unless it carries the shop's mark. */
function isBeforeUs(shop: ShopRecord, { payload, paidAtMs }: ProviderReport['charges'][number]): boolean {
  // Books count in whole seconds.
  const fromMs = Math.floor(shop.acceptFromMs / 1000) * 1000;
  return paidAtMs < fromMs && readPayload(payload)?.shopId !== shop.id;
}
