/** A page of metrics in Prometheus' text format. */
export class Metrics {
  readonly #samples: readonly { readonly series: string; readonly value: number }[];

  constructor(text: string) {
    this.#samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return { series: line.slice(0, at), value: Number(line.slice(at + 1)) };
      });
  }

  /** Over all series of this name that carry the label, written as `name="value"`; 0 when there is none. */
  sum(name: string, label = ''): number {
    return this.#samples
      .filter(({ series }) => (series === name || series.startsWith(`${name}{`)) && series.includes(label))
      .reduce((sum, { value }) => sum + value, 0);
  }
}
