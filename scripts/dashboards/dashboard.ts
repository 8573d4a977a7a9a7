/** A dashboard as people think of it; `grafana.ts` turns it into what Grafana reads. */
export interface Dashboard {
  /** Also the name of its file, and stable: links to a dashboard contain it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  /** What it tells a person who is on call, where the title does not. */
  readonly description?: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  /** Grafana's name of a unit. */
  readonly unit: 'short' | 's' | 'reqps' | 'ops' | 'percentunit' | 'bytes' | 'dtdurations' | 'bool';
  /** Of 24 columns. */
  readonly width: number;
  /** Values from here on are worth a look, or bad; only the first for what is bad at once. */
  readonly alarm?: { readonly warn?: number; readonly bad: number; readonly below?: boolean };
  readonly stacked?: boolean;
  readonly queries: readonly Query[];
}

export interface Query {
  /** PromQL with `$namespace`, and `$__rate_interval` for ranges. */
  readonly expr: string;
  /** With `{{label}}`. */
  readonly legend: string;
  /** It tells 0, or nothing, as long as all is well or nobody does what it counts: a test must not expect a value. */
  readonly quiet?: true;
}

/** The selector that every query has, with more conditions. */
export function of(...conditions: readonly string[]): string {
  return `{${['namespace=~"$namespace"', ...conditions].join(', ')}}`;
}

/** What of a counter is counted each second, by these labels. */
export function rateBy(labels: string, metric: string, ...conditions: readonly string[]): string {
  return `sum by (${labels}) (rate(${metric}${of(...conditions)}[$__rate_interval]))`;
}

/** A quantile of a histogram, by these labels. */
export function quantile(q: number, labels: string, metric: string, ...conditions: readonly string[]): string {
  const by = labels === '' ? 'le' : `${labels}, le`;
  return `histogram_quantile(${String(q)}, ${rateBy(by, `${metric}_bucket`, ...conditions)})`;
}

/** How long something takes, for a panel of its own: half of all, and all but the slowest of a hundred. */
export function latencies(metric: string): readonly Query[] {
  return [
    { expr: quantile(0.5, '', metric), legend: 'half' },
    { expr: quantile(0.99, '', metric), legend: '99 of 100' },
  ];
}

/** A gauge that only whoever leads tells, or that all replicas tell alike. */
export function maxBy(labels: string, metric: string, ...conditions: readonly string[]): string {
  return `max by (${labels}) (${metric}${of(...conditions)})`;
}
