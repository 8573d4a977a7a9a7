/** Whether doing the same thing again can help: `never` means that somebody has to change the input first. */
export type Retry = 'later' | 'never';

export interface WayleaveErrorOptions {
  readonly retry: Retry;
  readonly cause?: unknown;
}

/**
 * The one shape of error in this code base: a stable `code` to branch on, a one-line message that says what, where and
 * for which input, the cause, and whether a retry can help.
 *
 * A message reaches logs, conditions and Events. Never put a credential, a token or a subscription URL into it.
 */
export class WayleaveError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retry: Retry;

  constructor(code: Code, message: string, options: WayleaveErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retry = options.retry;
  }
}

/** The message of anything that was thrown, with the messages of its causes, on one line. */
export function describeError(thrown: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = thrown, depth = 0; at !== undefined && at !== null && depth < 5; depth += 1) {
    parts.push(messageOf(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join(': ').replaceAll(/\s+/g, ' ').trim();
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === 'string' ? thrown : `something that is not an Error (${typeof thrown})`;
}
