/**
 * The process as commands see it. `main.ts` hands in the real one; tests hand in their own, so that no command needs a
 * child process to be tested.
 */
export interface Host {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls back for each SIGTERM and each SIGINT. */
  onStopRequest(listener: (request: StopRequest) => void): void;
  /** What to do with an error that nobody caught, before the process ends with 1. Without it, it goes to stderr. */
  onCrash(listener: (error: unknown) => void): void;
  /** Ends the process now. Only for a second signal and for errors that nobody caught. */
  exitNow(code: number): never;
}

export type StopRequest = 'SIGTERM' | 'SIGINT';

/** What commands need of `process.stdout`. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The exit codes that every command uses. */
export const exitCodes = {
  success: 0,
  /** It could not do its work. The same call may succeed later. */
  failure: 1,
  /** The call itself is wrong: a person has to change it. */
  usage: 2,
} as const;
