import { Counter, Gauge, type Registry } from 'prom-client';
import { dispositions, type Disposition, type RecordedCharge } from '../ledger/index.ts';

/** As charges name them. */
const providers = ['stars', 'manual'] as const;

/** What reading a provider's books brought: money that nobody had told us of, or what could not be recorded yet. */
const findings = ['charge', 'refund', 'ignored', 'failed'] as const;
export type Finding = (typeof findings)[number];

const refundOutcomes = ['confirmed', 'refused', 'failed'] as const;
export type RefundEnd = (typeof refundOutcomes)[number];

/** What payments tell Prometheus. Everything that can happen is there from the start, as 0. One per process. */
export class PaymentMetrics {
  readonly #charges: Counter<'provider' | 'disposition'>;
  readonly #findings: Counter<'provider' | 'finding'>;
  readonly #refunds: Counter<'provider' | 'outcome'>;
  readonly #jobSuccess: Gauge<'shop' | 'job'>;
  readonly #jobFailures: Counter<'shop' | 'job'>;

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
    this.#jobSuccess = new Gauge({
      name: 'wayleave_job_last_success_timestamp_seconds',
      help: 'When a job of a shop last came to its end, by any replica; 0 for never.',
      labelNames: ['shop', 'job'],
      registers,
    });
    this.#jobFailures = new Counter({
      name: 'wayleave_job_failures_total',
      help: 'Runs of a job of a shop that failed or were given up.',
      labelNames: ['shop', 'job'],
      registers,
    });
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

  /** @param shop `namespace/name` @param atMs epoch milliseconds; absent: never */
  jobKnown(shop: string, job: string, atMs: number | undefined): void {
    this.#jobSuccess.set({ shop, job }, (atMs ?? 0) / 1000);
    this.#jobFailures.inc({ shop, job }, 0);
  }

  jobSucceeded(shop: string, job: string, atMs: number): void {
    this.#jobSuccess.set({ shop, job }, atMs / 1000);
  }

  jobFailed(shop: string, job: string): void {
    this.#jobFailures.inc({ shop, job });
  }

  /** The shop is run by another replica from now on, which tells the same. */
  jobLeft(shop: string, job: string): void {
    this.#jobSuccess.remove({ shop, job });
    this.#jobFailures.remove({ shop, job });
  }
}
