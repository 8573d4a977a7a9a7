import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Tracer } from '../../base/trace.ts';
import { TraceMetrics } from './metrics.ts';
import { readTraceSettings } from './settings.ts';

export interface OpenTracingOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `service.name`, unless the environment says another one. */
  readonly service: string;
  /** Of this build. */
  readonly version: string;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Tracing {
  /** Undefined: nobody wants traces. */
  readonly tracer: Tracer | undefined;
  /** Sends what waits, for a moment. Never rejects. */
  close(): Promise<void>;
}

const noTracing: Tracing = { tracer: undefined, close: () => Promise.resolve() };

/**
 * Tracing as the environment asks for it. Without an endpoint nothing of OpenTelemetry is loaded; whatever is wrong with
 * the environment is warned of, and ends nothing.
 */
export async function openTracing({ env, registry, ...options }: OpenTracingOptions): Promise<Tracing> {
  const { log } = options;
  const metrics = new TraceMetrics(registry);
  const { url, ratio, complaints } = readTraceSettings(env);
  for (const complaint of complaints) log.warn({}, complaint);
  if (url === undefined) return noTracing;
  const { createTracing } = await import('./opentelemetry.ts');
  log.info({ collector: withoutCredentials(url), ratio }, 'traces of orders are sent');
  return createTracing({ ...options, url, ratio, metrics });
}

function withoutCredentials(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}
