import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { panelErrorCodes, type PanelErrorCode } from '../../panels/errors.ts';
import type { PanelHandle } from './directory.ts';
import { judgeSupported, mayWrite } from './health.ts';
import { panelCalls, type PanelCall } from './measured-driver.ts';

const codes = Object.keys(panelErrorCodes) as PanelErrorCode[];

/** What the operator tells Prometheus about each panel. Series of a panel are there, as 0, from its first look on. */
export class PanelMetrics {
  readonly #drift: Counter<'panel'>;
  readonly #repaired: Counter<'panel'>;
  readonly #duration: Histogram<'panel' | 'call'>;
  readonly #failures: Counter<'panel' | 'code'>;
  readonly #handles: () => Iterable<PanelHandle>;
  readonly #known = new Set<string>();

  /** @param handles the panels that are led from here; none while somebody else leads */
  constructor(registry: Registry, handles: () => Iterable<PanelHandle>) {
    this.#handles = handles;
    const registers = [registry];
    const expectAll = (): void => {
      for (const { key } of handles()) this.#expect(key);
    };
    this.#drift = new Counter({
      name: 'wayleave_panel_drift_total',
      help: 'Clients that were found not to be as desired, by panel.',
      labelNames: ['panel'],
      registers,
      collect: expectAll,
    });
    this.#repaired = new Counter({
      name: 'wayleave_panel_drift_repaired_total',
      help: 'Clients that were found not to be as desired and were put back, by panel.',
      labelNames: ['panel'],
      registers,
      collect: expectAll,
    });
    this.#duration = new Histogram({
      name: 'wayleave_panel_call_duration_seconds',
      help: 'How long calls to a panel took, whether they succeeded or not, by what was asked.',
      labelNames: ['panel', 'call'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
      collect: expectAll,
    });
    this.#failures = new Counter({
      name: 'wayleave_panel_call_failures_total',
      help: 'Calls to a panel of which nothing at all could be done, by why.',
      labelNames: ['panel', 'code'],
      registers,
      collect: expectAll,
    });
    this.#gauges(registry);
  }

  driftFound(panel: string, clients: number): void {
    this.#drift.inc({ panel }, clients);
  }

  driftRepaired(panel: string, clients: number): void {
    this.#repaired.inc({ panel }, clients);
  }

  /** @param code why nothing could be done; undefined after a success */
  called(panel: string, call: PanelCall, seconds: number, code: PanelErrorCode | undefined): void {
    this.#expect(panel);
    this.#duration.observe({ panel, call }, seconds);
    if (code !== undefined) this.#failures.inc({ panel, code });
  }

  /** A series that appears with its first event has no increase to alert on. */
  #expect(panel: string): void {
    if (this.#known.has(panel)) return;
    this.#known.add(panel);
    this.#drift.inc({ panel }, 0);
    this.#repaired.inc({ panel }, 0);
    for (const call of panelCalls) this.#duration.zero({ panel, call });
    for (const code of codes) this.#failures.inc({ panel, code }, 0);
  }

  #gauges(registry: Registry): void {
    const tell = this.#perPanel(registry);
    tell(
      'wayleave_panel_reachable',
      '1 while the panel answers, by panel; only the leader knows. Not told of a panel that is paused.',
      ({ resource, loop: { facts } }) =>
        resource.spec.paused ? undefined : Number(facts.probe !== undefined && facts.failure === undefined),
    );
    tell(
      'wayleave_panel_supported',
      '1 while the panel is of a product and version that this release writes to; not told before its first answer.',
      ({ resource, loop }) => {
        const supported = judgeSupported(loop.facts, resource.spec);
        return supported === undefined ? undefined : Number(supported.ok);
      },
    );
    tell(
      'wayleave_panel_writable',
      '1 while changes are written to the panel: it answers, is supported, managed, not paused and no duplicate.',
      ({ resource, loop }) => Number(mayWrite(loop.facts, resource.spec)),
    );
    tell(
      'wayleave_panel_core_running',
      '0 while the panel says that its Xray does not run; not told while that is not known.',
      ({ loop: { facts } }) => {
        const state = facts.failure === undefined ? facts.probe?.core.state : undefined;
        return state === undefined || state === 'unknown' ? undefined : Number(state === 'running');
      },
    );
    tell(
      'wayleave_panel_certificate_expiry_timestamp_seconds',
      'When the certificate ends that the panel showed last; not told of a panel without TLS.',
      ({ loop: { facts } }) =>
        facts.probe?.certificateUntilMs === undefined ? undefined : facts.probe.certificateUntilMs / 1000,
    );
    this.#clients(registry);
    tell(
      'wayleave_panel_deliveries_pending',
      'Clients that are not yet as desired.',
      ({ loop }) => loop.deliveries.pending,
    );
    tell(
      'wayleave_panel_deliveries_oldest_seconds',
      'How long the client has not been as desired that has waited longest; 0 when none waits.',
      ({ loop }) => loop.deliveries.oldestSeconds(),
    );
    tell(
      'wayleave_panel_revocations_open',
      'Removals that are not carried out yet.',
      ({ loop }) => loop.revocations.open,
    );
    tell('wayleave_panel_revocations_held', 'Removals that wait for a person.', ({ loop }) => loop.revocations.held);
  }

  #perPanel(
    registry: Registry,
  ): (name: string, help: string, read: (panel: PanelHandle) => number | undefined) => void {
    const handles = this.#handles;
    return (name, help, read) => {
      new Gauge({
        name,
        help,
        labelNames: ['panel'],
        registers: [registry],
        collect() {
          this.reset();
          for (const handle of handles()) {
            const value = read(handle);
            if (value !== undefined) this.set({ panel: handle.key }, value);
          }
        },
      });
    };
  }

  #clients(registry: Registry): void {
    const handles = this.#handles;
    new Gauge({
      name: 'wayleave_panel_clients',
      help: 'Clients on the panel: ours, those of others, and those with our mark that nobody here has asked for.',
      labelNames: ['panel', 'kind'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { key: panel, loop } of handles()) {
          const { managed, foreign, unclaimed } = loop.counts();
          for (const [kind, count] of Object.entries({ managed, foreign, unclaimed })) this.set({ panel, kind }, count);
        }
      },
    });
  }
}
