import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import {
  dispositions,
  forgetfulTables,
  type Disposition,
  type ForgetfulTable,
  type RecordedCharge,
} from '../ledger/index.ts';

/** As charges name them. */
const providers = ['stars', 'manual'] as const;

/** What reading a provider's books brought: money that nobody had told us of, or what could not be recorded yet. */
const findings = ['charge', 'refund', 'ignored', 'failed'] as const;
export type Finding = (typeof findings)[number];

/** Within this, 99.9 % of what was paid for is to be there: the objective that alerts are made of. */
export const promisedSeconds = 60;

const refundOutcomes = ['confirmed', 'refused', 'failed'] as const;
export type RefundEnd = (typeof refundOutcomes)[number];

/** What payments tell Prometheus. Everything that can happen is there from the start, as 0. One per process. */
export class PaymentMetrics {
  readonly #charges: Counter<'provider' | 'disposition'>;
  readonly #findings: Counter<'provider' | 'finding'>;
  readonly #refunds: Counter<'provider' | 'outcome'>;
  readonly #provisioning: Histogram;
  // Not `job`: that is what Prometheus calls where it scrapes.
  readonly #jobSuccess: Gauge<'shop' | 'task'>;
  readonly #jobFailures: Counter<'shop' | 'task'>;
  readonly #forgotten: Counter<'table'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#charges = new Counter({
      name: 'wayleave_charges_total',
      help: 'Charges that were recorded, by provider and what they are: all but granted ones need a refund or a person.',
      labelNames: ['provider', 'disposition'],
      registers,
    });
    this.#findings = new Counter({
      name: 'wayleave_reconciliation_findings_total',
      help: "What only the provider's own books told: lost charges and refunds; entries that are no payment; failures.",
      labelNames: ['provider', 'finding'],
      registers,
    });
    this.#refunds = new Counter({
      name: 'wayleave_refunds_total',
      help: 'Refunds that were sent to providers, by provider and outcome; failed ones are tried again.',
      labelNames: ['provider', 'outcome'],
      registers,
    });
    this.#provisioning = new Histogram({
      name: 'wayleave_order_provisioning_seconds',
      help: 'From an order being paid to it having reached enough panels; told once it has.',
      buckets: [1, 2.5, 5, 10, 30, promisedSeconds, 120, 300, 900, 3600],
      registers,
    });
    this.#jobSuccess = new Gauge({
      name: 'wayleave_job_last_success_timestamp_seconds',
      help: 'When a job of a shop last came to its end, by any replica; 0 for never.',
      labelNames: ['shop', 'task'],
      registers,
    });
    this.#jobFailures = new Counter({
      name: 'wayleave_job_failures_total',
      help: 'Runs of a job of a shop that failed or were given up.',
      labelNames: ['shop', 'task'],
      registers,
    });
    this.#forgotten = new Counter({
      name: 'wayleave_forgotten_rows_total',
      help: 'Rows that job retention deleted because they are over and too old, by table.',
      labelNames: ['table'],
      registers,
    });
    for (const table of forgetfulTables) this.#forgotten.inc({ table }, 0);
    for (const provider of providers) {
      for (const disposition of dispositions) this.#charges.inc({ provider, disposition }, 0);
      for (const finding of findings) this.#findings.inc({ provider, finding }, 0);
      for (const outcome of refundOutcomes) this.#refunds.inc({ provider, outcome }, 0);
    }
  }

  /** To be called with whatever `recordCharge` returns; what was known before does not count again. */
  chargeRecorded(
    provider: string,
    { disposition, duplicate }: Pick<RecordedCharge, 'duplicate'> & { readonly disposition: Disposition },
  ): void {
    if (!duplicate) this.#charges.inc({ provider, disposition });
  }

  found(provider: string, finding: Finding, count = 1): void {
    this.#findings.inc({ provider, finding }, count);
  }

  refundEnded(provider: string, outcome: RefundEnd): void {
    this.#refunds.inc({ provider, outcome });
  }

  orderProvisioned(tookSeconds: number): void {
    this.#provisioning.observe(tookSeconds);
  }

  /** @param shop `namespace/name` @param atMs epoch milliseconds; absent: never */
  jobKnown(shop: string, task: string, atMs: number | undefined): void {
    this.#jobSuccess.set({ shop, task }, (atMs ?? 0) / 1000);
    this.#jobFailures.inc({ shop, task }, 0);
  }

  jobSucceeded(shop: string, task: string, atMs: number): void {
    this.#jobSuccess.set({ shop, task }, atMs / 1000);
  }

  jobFailed(shop: string, task: string): void {
    this.#jobFailures.inc({ shop, task });
  }

  forgot(table: ForgetfulTable, rows: number): void {
    this.#forgotten.inc({ table }, rows);
  }

  /** The shop is run by another replica from now on, which tells the same. */
  jobLeft(shop: string, task: string): void {
    this.#jobSuccess.remove({ shop, task });
    this.#jobFailures.remove({ shop, task });
  }
}
