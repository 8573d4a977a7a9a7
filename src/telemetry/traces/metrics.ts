import { Counter, type Registry } from 'prom-client';

/** The collector took it; it did not, or not in time; more waited than is kept for it. */
const outcomes = ['sent', 'failed', 'dropped'] as const;
export type TraceOutcome = (typeof outcomes)[number];

/** What became of traces. There from the start, also where none are sent. */
export class TraceMetrics {
  readonly #traces: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.#traces = new Counter({
      name: 'wayleave_traces_total',
      help: 'Traces of orders for OpenTelemetry, by what became of them; without an endpoint there are none.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of outcomes) this.#traces.inc({ outcome }, 0);
  }

  ended(outcome: TraceOutcome, traces: number): void {
    this.#traces.inc({ outcome }, traces);
  }
}
