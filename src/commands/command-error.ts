import { WayleaveError } from '../base/errors.ts';

/** The call was right and could not be done: exit code 1. The message says what to do about it. */
export class CommandError extends WayleaveError<'COMMAND_FAILED'> {
  constructor(message: string, options: { readonly retry: 'later' | 'never'; readonly cause?: unknown }) {
    super('COMMAND_FAILED', message, options);
  }
}
