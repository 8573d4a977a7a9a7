/** What the process itself tells, by Node: told once in words, because it changes with Node. */
const ofTheProcess = /^(process|nodejs)_/;

/**
 * A page of metrics as it can be compared: what there is and which series, without values.
 *
 * @param names what is another one each time, and what to write instead
 */
export function shapeOf(page: string, names: ReadonlyMap<string, string>): string {
  const lines = page.split('\n').flatMap((line) => {
    const [, family = ''] = /^(?:# (?:HELP|TYPE) )?([a-zA-Z0-9_:]+)/.exec(line) ?? [];
    if (line === '' || ofTheProcess.test(family)) return [];
    if (line.startsWith('#')) return [line];
    const series = line.slice(0, line.lastIndexOf(' '));
    // The buckets are those of the runtime that it imitates.
    return /_bucket\{/.test(series) ? [] : [series.replace(/(version|node)="[^"]*"/g, '$1="…"')];
  });
  return `${lines.map((line) => renamed(line, names)).join('\n')}\n`;
}

/** Values of series by their names with labels. */
export function readValues(page: string): ReadonlyMap<string, number> {
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

function renamed(line: string, names: ReadonlyMap<string, string>): string {
  let text = line;
  for (const [name, instead] of names) text = text.replaceAll(name, instead);
  return text;
}
