import { Gauge, type Registry } from 'prom-client';
import type { VPNSubscription } from '../api/index.ts';
import type { ObjectCache } from '../kube/index.ts';
import type { Book } from './book.ts';
import type { PanelDirectory } from './panel/directory.ts';
import { PanelMetrics } from './panel/metrics.ts';

interface Observed {
  readonly book: Book;
  readonly directory: PanelDirectory;
  readonly subscriptions: ObjectCache<VPNSubscription>;
}

const subscriptionStates = [
  'Ready',
  'Provisioning',
  'PartiallyProvisioned',
  'Expired',
  'Limited',
  'Suspended',
  'Other',
];

/** What the operator tells Prometheus about its business; the runtime's own figures carry controller-runtime's names. */
export class OperatorMetrics {
  readonly panels: PanelMetrics;
  #observed: Observed | undefined;

  constructor(registry: Registry) {
    this.panels = new PanelMetrics(registry, () => this.#observed?.directory.values() ?? []);
    this.#subscriptionGauge(registry);
  }

  /** @param observed what the leader works on; undefined when we do not lead */
  observe(observed: Observed | undefined): void {
    this.#observed = observed;
  }

  #subscriptionGauge(registry: Registry): void {
    const observed = (): Observed | undefined => this.#observed;
    new Gauge({
      name: 'wayleave_subscriptions',
      help: 'Subscriptions by state; only the leader knows.',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        const counts = new Map(subscriptionStates.map((state) => [state, 0]));
        for (const { status } of observed()?.subscriptions.values() ?? []) {
          const reason = status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'Provisioning';
          const state = counts.has(reason) ? reason : 'Other';
          counts.set(state, (counts.get(state) ?? 0) + 1);
        }
        for (const [state, count] of counts) this.set({ state }, count);
      },
    });
  }
}
