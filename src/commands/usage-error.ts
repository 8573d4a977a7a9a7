import { WayleaveError } from '../base/errors.ts';

/** The person who typed the command has to change it: one sentence on stderr, exit code 2, no stack. */
export class UsageError extends WayleaveError<'USAGE'> {
  constructor(message: string, cause?: unknown) {
    super('USAGE', message, { retry: 'never', cause });
  }
}
