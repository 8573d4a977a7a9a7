import { Counter, Gauge, type Registry } from 'prom-client';
import { outboxTopics, type OutboxBacklog } from '../../ledger/index.ts';
import type { ProjectionOutcome } from './projector.ts';

/**
 * What a comparison of the cluster with the ledger finds: resources that are missing, are being deleted, show another
 * revision, have fields that somebody else wrote, should be gone, or are of no subscription that the ledger knows.
 */
export const findings = ['absent', 'terminating', 'outdated', 'edited', 'retired', 'unknown'] as const;
export type Finding = (typeof findings)[number];

const outcomes = ['applied', 'retired', 'nothing', 'failed'] as const satisfies readonly (
  | ProjectionOutcome
  | 'failed'
)[];
const timerPurposes = ['refold', 'retire'] as const;

/** What the way from the ledger to the cluster tells Prometheus. Every series is there from the start. */
export class ProjectionMetrics {
  readonly #depth: Gauge<'topic'>;
  readonly #age: Gauge<'topic'>;
  readonly #projections: Counter<'outcome'>;
  readonly #findings: Counter<'finding'>;
  readonly #sweepFailures: Counter;
  readonly #sweepSuccess: Gauge;
  readonly #timers: Counter<'purpose'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#depth = new Gauge({
      name: 'wayleave_outbox_depth',
      help: 'Things to be done outside of Postgres, by topic: waiting or in hand.',
      labelNames: ['topic'],
      registers,
    });
    this.#age = new Gauge({
      name: 'wayleave_outbox_oldest_seconds',
      help: 'Age of the oldest thing to be done outside of Postgres, by topic; 0 for none.',
      labelNames: ['topic'],
      registers,
    });
    this.#projections = new Counter({
      name: 'wayleave_projections_total',
      help: 'Subscriptions that were carried from the ledger into the cluster, by outcome; failed ones are tried again.',
      labelNames: ['outcome'],
      registers,
    });
    this.#findings = new Counter({
      name: 'wayleave_projection_findings_total',
      help: 'Resources that were found not to be as the ledger says, by what was found; all but unknown ones are mended.',
      labelNames: ['finding'],
      registers,
    });
    this.#sweepFailures = new Counter({
      name: 'wayleave_projection_sweep_failures_total',
      help: 'Comparisons of the cluster with the ledger that could not be finished.',
      registers,
    });
    this.#sweepSuccess = new Gauge({
      name: 'wayleave_projection_sweep_last_success_timestamp_seconds',
      help: 'When this process last compared the whole cluster with the ledger; 0 for never.',
      registers,
    });
    this.#timers = new Counter({
      name: 'wayleave_entitlement_timers_total',
      help: 'Entitlements that changed by time alone, by why: another segment took over, or it expired long ago.',
      labelNames: ['purpose'],
      registers,
    });
    for (const outcome of outcomes) this.#projections.inc({ outcome }, 0);
    for (const finding of findings) this.#findings.inc({ finding }, 0);
    for (const purpose of timerPurposes) this.#timers.inc({ purpose }, 0);
    this.backlog([]);
  }

  /** @param known topics that are left out have nothing */
  backlog(known: readonly OutboxBacklog[]): void {
    for (const topic of outboxTopics) {
      const found = known.find((one) => one.topic === topic);
      this.#depth.set({ topic }, found?.depth ?? 0);
      this.#age.set({ topic }, found?.oldestSeconds ?? 0);
    }
  }

  projected(outcome: (typeof outcomes)[number]): void {
    this.#projections.inc({ outcome });
  }

  found(finding: Finding): void {
    this.#findings.inc({ finding });
  }

  sweepFailed(): void {
    this.#sweepFailures.inc();
  }

  /** @param atMs epoch milliseconds */
  sweepSucceeded(atMs: number): void {
    this.#sweepSuccess.set(atMs / 1000);
  }

  timerHandled(purpose: (typeof timerPurposes)[number]): void {
    this.#timers.inc({ purpose });
  }
}
