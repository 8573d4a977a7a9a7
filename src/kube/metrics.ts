import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

interface Definition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/*
 * Several queues and controllers share one registry, and prom-client refuses to register a name twice. The first one to
 * ask creates the metric, the others find it by name.
 */

export function counter<Label extends string>(registry: Registry, definition: Definition<Label>): Counter<Label> {
  const known = registry.getSingleMetric(definition.name);
  return known instanceof Counter ? known : new Counter({ ...definition, registers: [registry] });
}

export function gauge<Label extends string>(registry: Registry, definition: Definition<Label>): Gauge<Label> {
  const known = registry.getSingleMetric(definition.name);
  return known instanceof Gauge ? known : new Gauge({ ...definition, registers: [registry] });
}

export function histogram<Label extends string>(
  registry: Registry,
  definition: Definition<Label> & { readonly buckets: number[] },
): Histogram<Label> {
  const known = registry.getSingleMetric(definition.name);
  return known instanceof Histogram ? known : new Histogram({ ...definition, registers: [registry] });
}

/** A gauge whose values are asked for at each scrape, from everybody who shares it: prom-client itself asks only one. */
export class AskedGauge<Label extends string> extends Gauge<Label> {
  readonly sources: (() => void)[];

  constructor(registry: Registry, definition: Definition<Label>) {
    const sources: (() => void)[] = [];
    const collect = (): void => {
      for (const source of sources) {
        source();
      }
    };
    super({ ...definition, registers: [registry], collect });
    this.sources = sources;
  }
}

export function askedGauge<Label extends string>(registry: Registry, definition: Definition<Label>): AskedGauge<Label> {
  const known = registry.getSingleMetric(definition.name);
  return known instanceof AskedGauge ? (known as AskedGauge<Label>) : new AskedGauge(registry, definition);
}
