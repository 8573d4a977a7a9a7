/** One instruction of a Dockerfile, with its arguments filled in. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  readonly text: string;
}

export interface Stage {
  /** What `FROM` names, and what others call it. */
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/**
 * Reads the part of the Dockerfile language that ours is written in: comments, lines that go on, `ARG` with defaults,
 * `${NAME}`. Heredocs and parser directives other than `syntax` are not in it.
 *
 * @param args what `--build-arg` would give
 */
export function parseDockerfile(text: string, args: Readonly<Record<string, string>> = {}): readonly Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  const global = new Map<string, string>();
  let known = global;
  for (const { keyword, rest } of logicalLines(text).map((line) => split(line))) {
    const stage = stages.at(-1);
    if (keyword === 'ARG') {
      const [name, value] = argument(rest, args, global);
      if (value !== undefined) known.set(name, value);
    } else if (keyword === 'FROM') {
      const [base = '', , name] = fill(rest, global).split(/\s+/);
      known = new Map();
      stages.push({ base, name, instructions: [] });
    } else if (stage === undefined) {
      throw new SyntaxError(`${keyword} stands before the first FROM`);
    } else {
      stage.instructions.push({ keyword, text: fill(rest, known) });
    }
  }
  return stages;
}

function split(line: string): { readonly keyword: string; readonly rest: string } {
  const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
  return { keyword: word.toUpperCase(), rest };
}

/** An argument of a stage has the value of a global one of its name. */
function argument(
  text: string,
  args: Readonly<Record<string, string>>,
  global: ReadonlyMap<string, string>,
): readonly [name: string, value: string | undefined] {
  const [, name = '', fallback] = /^(\w+)(?:=(.*))?$/.exec(text) ?? [];
  const value = args[name] ?? fallback ?? global.get(name);
  return [name, value === undefined ? undefined : unquoted(value)];
}

/** Without comments and empty lines, each with what a backslash at its end continues. */
function logicalLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '');
  return joined.split('\n').map((line) => line.trim());
}

function fill(text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => known.get(name) ?? '');
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
}

/** `NAME=value NAME="some value"` of LABEL and ENV. */
export function pairsOf(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unquoted(value)]));
}
