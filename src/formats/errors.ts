import { WayleaveError } from '../base/errors.ts';

export const formatErrorCodes = {
  FORMAT_ENDPOINT_INVALID: 'an endpoint or a credential that no client app could use',
  FORMAT_LINK_INVALID: 'text that is not a vless:// link which the strictest of the common apps accepts',
} as const;

export type FormatErrorCode = keyof typeof formatErrorCodes;

/** A message names the field that is wrong, never its value: links and credentials must not reach a log. */
export class FormatError extends WayleaveError<FormatErrorCode> {
  constructor(code: FormatErrorCode, message: string, cause?: unknown) {
    super(code, message, { retry: 'never', cause });
  }
}
