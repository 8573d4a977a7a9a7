const maxDepth = 5;

/**
 * An error as fields of a log line: type, code, message, stack, and its causes. Nothing else that hangs on it: clients put
 * whole requests and responses there.
 */
export function errorFields(error: Error, depth = 0): object {
  return {
    type: error.name,
    ...ownField(error, 'code'),
    ...ownField(error, 'retry'),
    message: error.message,
    // One stack tells where; those of the causes repeat most of it.
    ...(depth === 0 && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(error.cause === undefined || depth >= maxDepth ? {} : { cause: causeFields(error.cause, depth + 1) }),
    ...(error instanceof AggregateError && depth < maxDepth
      ? { errors: error.errors.slice(0, maxDepth).map((one) => causeFields(one, depth + 1)) }
      : {}),
  };
}

function causeFields(cause: unknown, depth: number): object | string {
  return cause instanceof Error ? errorFields(cause, depth) : String(cause);
}

function ownField(error: Error, name: 'code' | 'retry'): object {
  const value = (error as { code?: unknown; retry?: unknown })[name];
  return typeof value === 'string' || typeof value === 'number' ? { [name]: value } : {};
}
