import { WayleaveError } from '../../src/base/errors.ts';

/** What can go wrong with the programs that we start around the product. The messages are read by a person at a terminal. */
export type SupportErrorCode =
  /** Another run of ours works in this directory. */
  | 'DIRECTORY_IN_USE'
  /** The directory holds what this version cannot read. */
  | 'DIRECTORY_VERSION'
  /** A program ended, or was not ready in time. */
  | 'PROGRAM_FAILED'
  /** Something that the machine must provide is missing. */
  | 'MACHINE_LACKS'
  /** A program could not be built. */
  | 'BUILD_FAILED';

export class SupportError extends WayleaveError<SupportErrorCode> {}
