/**
 * The part of pino's logger that the layers below `telemetry` may use; `main.ts` hands the real one in.
 *
 * The first argument is structured fields: never a credential, a token, a subscription URL or a customer's address.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: object): Log;
}

const discard = (): void => undefined;

/** A logger that says nothing, for tests and for tools whose output is their own. */
export const silentLog: Log = { debug: discard, info: discard, warn: discard, error: discard, child: () => silentLog };
