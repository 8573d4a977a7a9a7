import { UsageError } from './usage-error.ts';
import type { ValueKind } from './value-kinds.ts';

/** One setting of a command: given by flag, else by environment variable, else its default. */
export interface OptionSpec<T, Presence extends 'always' | 'maybe' = 'always' | 'maybe'> {
  /** As commander writes it: `--listen <address>`, or `--reset` for a switch. Absent: a key, which no list of processes may show. */
  readonly flag?: string;
  readonly variable?: string;
  readonly summary: string;
  readonly kind: ValueKind<T>;
  /** `always`: there is a default, or the command does not start without a value. */
  readonly presence: Presence;
  /** In the text form that a person would type, parsed like everything else. */
  readonly fallback?: string;
  /** The value may hold a password: messages never repeat it. */
  readonly secret?: true;
}

type Shape<T> = Omit<OptionSpec<T>, 'presence' | 'fallback'>;

export const withDefault = <T>(fallback: string, shape: Shape<T>): OptionSpec<T, 'always'> => ({
  ...shape,
  fallback,
  presence: 'always',
});
export const required = <T>(shape: Shape<T>): OptionSpec<T, 'always'> => ({ ...shape, presence: 'always' });
export const optional = <T>(shape: Shape<T>): OptionSpec<T, 'maybe'> => ({ ...shape, presence: 'maybe' });

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends OptionSpec<infer T, infer Presence>
    ? Presence extends 'always'
      ? T
      : T | undefined
    : never;
};

/** `--listen (WAYLEAVE_LISTEN)`: how every message names a setting. */
export function nameOption(spec: OptionSpec<unknown>): string {
  const [name] = spec.flag?.split(' ') ?? [];
  if (name === undefined) return spec.variable ?? '';
  return spec.variable === undefined ? name : `${name} (${spec.variable})`;
}

/**
 * Resolves every setting of a command.
 *
 * @param given text by option name, as typed on the command line; a switch is `true`
 * @param env the environment; an empty variable counts as unset, because that is what an empty chart value produces
 * @throws UsageError naming flag, variable and, unless secret, the value
 */
export function readOptions<const Specs extends OptionSpecs>(
  specs: Specs,
  given: Readonly<Record<string, string | boolean | undefined>>,
  env: NodeJS.ProcessEnv,
): OptionValues<Specs> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const fromEnvironment = spec.variable === undefined ? undefined : env[spec.variable];
    const typed = given[name];
    const text = typed === undefined ? fromEnvironment || spec.fallback : String(typed);
    if (text === undefined) {
      if (spec.presence === 'always') throw new UsageError(`${nameOption(spec)} is required: ${spec.summary}.`);
      values[name] = undefined;
      continue;
    }
    values[name] = parseValue(spec, text);
  }
  // Every key of Specs was just given a value of its own kind.
  return values as OptionValues<Specs>;
}

function parseValue(spec: OptionSpec<unknown>, text: string): unknown {
  try {
    return spec.kind(text);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const got = spec.secret === true ? '' : `, not ${JSON.stringify(text)}`;
    throw new UsageError(`${nameOption(spec)} ${cause.message}${got}.`, cause);
  }
}
