/** What a route answers: the panel's envelope, or something outside it. */
export type Answer =
  | { readonly kind: 'envelope'; readonly success: boolean; readonly msg: string; readonly obj: unknown }
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    };

export const done = (msg: string, obj: unknown = null): Answer => ({ kind: 'envelope', success: true, msg, obj });

export const found = (obj: unknown): Answer => done('', obj);

/** `{"success":false}` with the localised text, which may claim success, and the English error in parentheses. */
export const refused = (msg: string, error: string): Answer => ({
  kind: 'envelope',
  success: false,
  msg: error === '' ? msg : `${msg} (${error})`,
  obj: null,
});

export const status = (code: number): Answer => ({ kind: 'raw', status: code });

export function jsonStatus(code: number, value: object): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { kind: 'raw', status: code, body: JSON.stringify(value), headers };
}

/** A redirect as Go's standard library words it. */
export function redirect(code: 301 | 307, location: string): Answer {
  const words = code === 301 ? 'Moved Permanently' : 'Temporary Redirect';
  const headers = { 'content-type': 'text/html; charset=utf-8', location };
  return { kind: 'raw', status: code, body: `<a href="${location}">${words}</a>.\n\n`, headers };
}

/** To a stranger on a page: scripts are told in JSON, browsers are sent to the login. */
export function loginFirst(isAjax: boolean, basePath: string): Answer {
  if (!isAjax) return redirect(307, basePath);
  return jsonStatus(401, { success: false, msg: 'Your session has expired, please log in again', obj: null });
}

/**
 * An error of the panel's own services. Their texts end in a newline, which then stands before the parenthesis; those of
 * the database and of the JSON decoder do not.
 */
export class ServiceError extends Error {
  constructor(message: string) {
    super(`${message}\n`);
    this.name = 'ServiceError';
  }
}

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

export const recordNotFound = (): DatabaseError => new DatabaseError('record not found');

/** A Go panic in a handler: the recovery middleware answers 500 with nothing. */
export class HandlerPanic extends Error {
  override readonly name = 'HandlerPanic';
}

export const texts = {
  added: 'Inbound client(s) have been added.',
  updated: 'Inbound client has been updated.',
  deleted: 'Inbound client has been deleted.',
  inboundCreated: 'Inbound has been successfully created.',
  inboundUpdated: 'Inbound has been successfully updated.',
  inboundDeleted: 'Inbound has been successfully deleted.',
  trafficReset: 'Traffic has been reset.',
  wrong: 'Something went wrong',
  obtain: 'Obtain',
  trafficError: 'Error getting traffics.',
  deletedByEmail: 'Client deleted successfully',
  deleteByEmail: 'Failed to delete client by email',
  coreRestarted: 'Xray has been successfully relaunched.',
  coreStopped: 'Xray has been successfully stopped.',
  loginRefused: 'Invalid username or password or two-factor code.',
  loggedIn: ' You have successfully logged into your account.',
} as const;
