/** What a Bot API method refuses with: `{"ok":false,"error_code":…,"description":…}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly parameters: Readonly<Record<string, number>> | undefined;

  constructor(
    status: number,
    description: string,
    parameters?: Readonly<Record<string, number>>,
    options?: ErrorOptions,
  ) {
    super(description, options);
    this.status = status;
    this.parameters = parameters;
  }
}

/** 400, in Telegram's words. */
export function badRequest(reason: string): ApiError {
  return new ApiError(400, `Bad Request: ${reason}`);
}

/** A callback or pre-checkout that was answered too late, twice, or never existed: Telegram does not say which. */
export function staleQuery(): ApiError {
  return badRequest('query is too old and response timeout expired or query ID is invalid');
}
