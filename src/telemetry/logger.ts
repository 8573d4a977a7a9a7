import { pino, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';

import { errorFields } from './error-fields.ts';
import { maskText, maskValue } from '../base/mask.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  /** Colours; only with `pretty`. */
  readonly colour?: boolean;
  /** Where lines go, newline included; standard output by default, written synchronously so that a crash loses none. */
  readonly destination?: { write(line: string): unknown };
}

/**
 * The logger of a command.
 *
 * Each line is masked as a whole just before it is written, after every serializer and whatever made it: a field, a child's
 * binding, an error's message, stack or cause. So no call site can forget it.
 */
export function createLogger({ level, pretty, colour = false, destination }: LoggerOptions): Logger {
  const output = destination ?? pino.destination({ dest: 1, sync: true });
  const prettify = prettyFactory({ colorize: colour, translateTime: 'SYS:HH:MM:ss.l', errorLikeObjectKeys: [] });
  const target = pretty ? { write: (line: string) => output.write(prettify(line)) } : output;
  return pino(
    {
      level,
      // The pod's name and the process id are known to whoever collects the lines.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(
            Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? errorFields(value) : value]),
          ),
      },
      // pino's own would take our fields for an error again and drop the causes.
      serializers: { err: (value: unknown) => value },
      hooks: { streamWrite: maskLine },
    },
    target,
  );
}

function maskLine(line: string): string {
  try {
    return `${JSON.stringify(maskValue(JSON.parse(line)))}\n`;
  } catch {
    // No JSON, so pino met a value that broke its serializer. A log call must not throw; the text is still worth having.
    return `${JSON.stringify({ level: 'error', msg: maskText(line) })}\n`;
  }
}
