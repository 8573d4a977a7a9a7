import { leftOut, type Redactor } from './redactor.ts';

/** Fields of our log lines that tell of the product and not of customers; a new field is left out until it is listed here. */
const kept = new Set([
  'level',
  'time',
  'msg',
  'err',
  'error',
  'code',
  'type',
  'message',
  'stack',
  'cause',
  'retry',
  'reason',
  'version',
  'node',
  'controller',
  'reflector',
  'lease',
  'panel',
  'shop',
  'subscription',
  'subscriptionId',
  'orderId',
  'key',
  'outcome',
  'attempts',
  'topic',
  'job',
  'kind',
  'purpose',
  'provider',
  'objects',
  'stallMs',
  'tookMs',
  'tookSeconds',
  'delayMs',
  'retryInMs',
  'afterMs',
  'revision',
  'panels',
  'subscriptions',
  'failures',
]);

/** Lines of a log as they may leave the house. What is no line of ours (a crash) is redacted as text. */
export function redactLog(log: string, redactor: Redactor): string {
  return log
    .split('\n')
    .map((line) => redactLine(line, redactor))
    .join('\n');
}

function redactLine(line: string, redactor: Redactor): string {
  const fields = parsed(line);
  return fields === undefined ? redactor.text(line) : JSON.stringify(withoutUnknown(fields, redactor));
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch (error) {
    // Cut off where the log was.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withoutUnknown(fields: Readonly<Record<string, unknown>>, redactor: Redactor): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (!kept.has(key)) return [redactor.text(key), leftOut];
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [key, isObject ? withoutUnknown(value as Record<string, unknown>, redactor) : redactor.value(value)];
    }),
  );
}
