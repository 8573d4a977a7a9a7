import { createHash } from 'node:crypto';
import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { FinishedSpan, FinishedTrace } from '../../base/trace.ts';

/** The id of a trace, as OpenTelemetry writes it: 32 hexadecimal digits. @param id a UUID */
export function traceIdOf(id: string): string {
  return id.replaceAll('-', '').toLowerCase();
}

/** Who makes the spans. One object of each for all: exporters write them once per object. */
export type SpanOrigin = Pick<ReadableSpan, 'resource' | 'instrumentationScope'>;

/** A trace in the form that OpenTelemetry's exporters take. Its ids follow from the trace alone: sent twice, it is one. */
export function toReadableSpans({ id, spans }: FinishedTrace, origin: SpanOrigin): ReadableSpan[] {
  const traceId = traceIdOf(id);
  const contextOf = (key: string): SpanContext => ({
    traceId,
    spanId: spanIdOf(traceId, key),
    traceFlags: TraceFlags.SAMPLED,
  });
  return spans.map((span) => ({
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => contextOf(span.key),
    ...(span.parent === undefined ? {} : { parentSpanContext: contextOf(span.parent) }),
    ...timesOf(span),
    status: { code: SpanStatusCode.UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    ...origin,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }));
}

function spanIdOf(traceId: string, key: string): string {
  return createHash('sha256').update(`${traceId}/${key}`).digest('hex').slice(0, 16);
}

function timesOf({ startMs, endMs }: FinishedSpan): Pick<ReadableSpan, 'startTime' | 'endTime' | 'duration'> {
  return { startTime: hrTime(startMs), endTime: hrTime(endMs), duration: hrTime(endMs - startMs) };
}

/** Seconds, and nanoseconds beside them. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1_000_000)];
}
