import type { Host } from './host.ts';
import type { OptionSpecs, OptionValues } from './option.ts';

export interface Argument {
  readonly name: string;
  readonly summary: string;
}

export interface CommandCall<Specs extends OptionSpecs> {
  readonly host: Host;
  readonly options: OptionValues<Specs>;
  /** One text per argument, in order. */
  readonly arguments: readonly string[];
}

interface CommandParts<Specs extends OptionSpecs> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, what it needs, what it leaves behind. */
  readonly description: string;
  readonly arguments?: readonly Argument[];
  readonly options: Specs;
  /** Real calls and what each is for. */
  readonly examples: readonly (readonly [call: string, purpose: string])[];
  readonly subcommands?: readonly Command[];
}

/**
 * One command of the line. Its module must stay light: whatever `run` needs beyond the options is imported inside it, so
 * that `wayleave version` does not pay for the operator.
 */
export interface Command extends CommandParts<OptionSpecs> {
  /** Resolves to the exit code. Absent: it only gathers its subcommands, and does nothing without one. */
  readonly run?: (call: CommandCall<OptionSpecs>) => Promise<number>;
}

/** Gathers commands about one thing under its name. */
export function defineGroup(
  parts: Omit<CommandParts<OptionSpecs>, 'options' | 'arguments'> & { readonly subcommands: readonly Command[] },
): Command {
  return { ...parts, options: {} };
}

export function defineCommand<const Specs extends OptionSpecs>(
  parts: CommandParts<Specs> & { readonly run: (call: CommandCall<Specs>) => Promise<number> },
): Command {
  // `program.ts` calls `run` with the values that it read by these very `options`, so the narrower type holds.
  return { ...parts, run: (call) => parts.run(call as CommandCall<Specs>) };
}
