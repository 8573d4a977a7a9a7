import { WayleaveError, type WayleaveErrorOptions } from '../base/errors.ts';
import { maskText } from '../base/mask.ts';

/** Everything that can be wrong with a panel, one code each. Controllers turn a code into a condition's reason. */
export const panelErrorCodes = {
  PANEL_UNREACHABLE: 'no answer: name resolution, refused or cut connection, or a deadline passed',
  PANEL_TLS_UNTRUSTED: 'its certificate is not trusted',
  PANEL_WRONG_PATH: 'something answers there, but not under this base path',
  PANEL_CREDENTIALS_REFUSED: 'it refuses the token, or the user name and password',
  PANEL_CREDENTIALS_INVALID: 'the Secret does not hold usable credentials',
  PANEL_TWO_FACTOR: 'it demands a second factor, which only a token avoids',
  PANEL_SCOPE: 'the token is valid but may not do this',
  PANEL_UNSUPPORTED: 'its product or version is unknown: it may be read, never written',
  PANEL_NONSENSE: 'it answers, but not in any form that the dialect allows',
  PANEL_REFUSED: 'it understood and refused',
  PANEL_UNCERTAIN: 'a write had no clear answer; only reading back tells',
  PANEL_NOT_CONFIRMED: 'it said success, and reading back shows otherwise',
  PANEL_OWNERSHIP_CONFLICT: 'a client of that name exists and is not ours',
  PANEL_INBOUND_MISSING: 'an inbound that is asked for is not there',
  PANEL_CLIENT_INVALID: 'the desired client itself is malformed and would harm the panel',
  PANEL_WRITE_FENCED: 'we may not write now: the lease does not outlive the write, or the process drains',
} as const;

export type PanelErrorCode = keyof typeof panelErrorCodes;

/**
 * `message` says what, where and for which client, and how to mend it. It may quote the panel, which quotes what it does
 * not like: credentials in it are masked, for the message goes into conditions and Events.
 */
export class PanelError extends WayleaveError<PanelErrorCode> {
  constructor(code: PanelErrorCode, message: string, options: WayleaveErrorOptions) {
    super(code, maskText(message), options);
  }
}
