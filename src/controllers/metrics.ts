import { Counter, Gauge, type Registry } from 'prom-client';
import type { VPNSubscription } from '../api/index.ts';
import type { ObjectCache } from '../kube/index.ts';
import type { Book } from './book.ts';
import type { PanelDirectory } from './panel/directory.ts';

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
  readonly #drift: Counter<'panel'>;
  #observed: Observed | undefined;

  constructor(registry: Registry) {
    const registers = [registry];
    const observed = (): Observed | undefined => this.#observed;
    this.#drift = new Counter({
      name: 'wayleave_panel_drift_total',
      help: 'Clients that were found not to be as desired, by panel.',
      labelNames: ['panel'],
      registers,
      // A series that appears with its first event has no increase to alert on.
      collect() {
        for (const { key } of observed()?.directory.values() ?? []) this.inc({ panel: key }, 0);
      },
    });
    const perPanel = (
      name: string,
      help: string,
      read: (handle: ReturnType<PanelDirectory['byId']> & object) => number,
    ): void => {
      new Gauge({
        name,
        help,
        labelNames: ['panel'],
        registers,
        collect() {
          this.reset();
          for (const handle of observed()?.directory.values() ?? []) this.set({ panel: handle.key }, read(handle));
        },
      });
    };
    perPanel('wayleave_panel_reachable', '1 while the panel answers, by panel; only the leader knows.', ({ loop }) =>
      loop.facts.probe !== undefined && loop.facts.failure === undefined ? 1 : 0,
    );
    perPanel(
      'wayleave_panel_clients',
      'Clients of ours that the panel was seen to hold.',
      ({ loop }) => loop.counts().managed,
    );
    perPanel(
      'wayleave_panel_deliveries_pending',
      'Clients that are not yet as desired.',
      ({ loop }) => loop.deliveries.pending,
    );
    perPanel(
      'wayleave_panel_revocations_open',
      'Removals that are not carried out yet.',
      ({ loop }) => loop.revocations.open,
    );
    perPanel(
      'wayleave_panel_revocations_held',
      'Removals that wait for a person.',
      ({ loop }) => loop.revocations.held,
    );
    this.#subscriptionGauge(registry);
  }

  /** @param observed what the leader works on; undefined when we do not lead */
  observe(observed: Observed | undefined): void {
    this.#observed = observed;
  }

  driftFound(panel: string, clients: number): void {
    this.#drift.inc({ panel }, clients);
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
