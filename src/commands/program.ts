import { checkoutCommands } from '#checkout';
import { Command as CommanderCommand, CommanderError } from 'commander';
import { describeError } from '../base/errors.ts';
import { buildVersion } from './build.ts';
import type { Command } from './command.ts';
import { productionCommands } from './commands.ts';
import { refuseUnknownVariables } from './environment.ts';
import { exitCodes, type Host } from './host.ts';
import { type OptionSpec, readOptions } from './option.ts';
import { UsageError } from './usage-error.ts';
import { maskText } from '../base/mask.ts';

const commands: readonly Command[] = [...checkoutCommands, ...productionCommands];

// Read by long-running commands themselves (kill tests) and by the cache of built programs; no command offers them as flags.
const otherVariables = ['WAYLEAVE_FAILPOINT', 'WAYLEAVE_CACHE'];

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 success, 1 failure of the work, 2 the call itself is wrong
 */
export async function runCommandLine(host: Host): Promise<number> {
  let exitCode: number = exitCodes.success;
  const program = createProgram(host, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...host.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    // Causes come from anywhere: a driver may have put a whole URL into its message.
    // What is wrong with the call stands in its own sentence, and the cause would say it again.
    const words = error instanceof UsageError ? error.message : describeError(error);
    host.stderr.write(`wayleave: ${maskText(words)}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  }
}

export function createProgram(host: Host, finish: (exitCode: number) => void): CommanderCommand {
  const program = new CommanderCommand('wayleave');
  program.description('Sells and keeps VLESS subscriptions: custom resources in, working links on phones out.');
  program.version(buildVersion, '--version', 'print the version of wayleave alone');
  program.addHelpText(
    'after',
    '\nSettings come from flags, else from the environment, else from defaults; "wayleave <command> --help" names all\n' +
      'three. Exit codes: 0 done, 1 could not do it, 2 the call is wrong.\n',
  );
  const known = new Set([...otherVariables, ...variablesOf(commands)]);
  for (const command of commands) program.addCommand(toCommander(command, host, known, finish));
  for (const each of withSubcommands(program)) {
    each.exitOverride();
    // "up panel --data x" means the panel's --data, not up's.
    each.enablePositionalOptions();
    each.configureHelp({ helpWidth: Math.min(host.stdout.columns || 110, 110) });
    each.configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => {
        // Commander puts its guess at what was meant on a line of its own.
        const words = text.replace(/^error: /, 'wayleave: ').replace('\n(', ' (');
        write(words.replace(/(missing required argument .*)\n$/, `$1: see "${pathOf(each)} --help"\n`));
      },
    });
  }
  return program;
}

/** `wayleave up panel`, as one types it. */
function pathOf(line: CommanderCommand): string {
  return line.parent === null ? line.name() : `${pathOf(line.parent)} ${line.name()}`;
}

function withSubcommands(line: CommanderCommand): readonly CommanderCommand[] {
  return [line, ...line.commands.flatMap((one) => withSubcommands(one))];
}

function variablesOf(list: readonly Command[]): string[] {
  return list.flatMap((command) => [
    ...Object.values(command.options).flatMap((spec) => spec.variable ?? []),
    ...variablesOf(command.subcommands ?? []),
  ]);
}

function toCommander(
  command: Command,
  host: Host,
  knownVariables: ReadonlySet<string>,
  finish: (exitCode: number) => void,
): CommanderCommand {
  const line = new CommanderCommand(command.name).summary(command.summary).description(command.description);
  for (const argument of command.arguments ?? []) line.argument(`<${argument.name}>`, argument.summary);
  const names = new Map<string, string>();
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.flag === undefined) continue;
    const option = line.createOption(spec.flag, describeOption(spec));
    line.addOption(option);
    names.set(name, option.attributeName());
  }
  const examples = command.examples.map(([call, purpose]) => `  ${call}\n      ${purpose}\n`);
  line.addHelpText('after', `\nExamples:\n${examples.join('')}`);
  for (const subcommand of command.subcommands ?? []) {
    line.addCommand(toCommander(subcommand, host, knownVariables, finish));
  }
  const { run } = command;
  // A group without a subcommand shows its help, as the program itself does.
  if (run === undefined) return line;
  line.action(async () => {
    refuseUnknownVariables(host.env, knownVariables);
    const typed = line.opts<Record<string, string | boolean | undefined>>();
    const given = Object.fromEntries([...names].map(([name, attribute]) => [name, typed[attribute]]));
    const options = readOptions(command.options, given, host.env);
    finish(await run({ host, options, arguments: line.processedArgs.map(String) }));
  });
  return line;
}

function describeOption(spec: OptionSpec<unknown>): string {
  const facts = [
    spec.variable ?? [],
    spec.fallback === undefined ? (spec.presence === 'always' ? 'required' : []) : `default ${spec.fallback}`,
  ].flat();
  return facts.length === 0 ? spec.summary : `${spec.summary} (${facts.join(', ')})`;
}
