import { diag, DiagLogLevel, ROOT_CONTEXT } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { FinishedTrace } from '../../base/trace.ts';
import type { TraceMetrics } from './metrics.ts';
import type { Tracing } from './open.ts';
import { TraceSender } from './sender.ts';
import { toReadableSpans, traceIdOf } from './spans.ts';

export interface CreateTracingOptions {
  /** Of the collector, with the path for traces. */
  readonly url: string;
  /** Which part of all traces is kept, from 0 to 1. */
  readonly ratio: number;
  readonly service: string;
  readonly version: string;
  readonly metrics: TraceMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Tracing by OpenTelemetry's own exporter and sampler. To be loaded by those only who trace: it is 9 MiB of memory, and 28 from sources.
 *
 * Headers, time limit, compression and certificates, and what is added to the resource, come from the variables of the
 * process that OpenTelemetry names.
 */
export function createTracing({ url, ratio, service, version, metrics, clock, log }: CreateTracingOptions): Tracing {
  hearComplaints(log);
  const exporter = new OTLPTraceExporter({ url, userAgent: `${service}/${version}` });
  const sampler = new TraceIdRatioBasedSampler(ratio);
  const origin = { resource: resourceOf(service, version), instrumentationScope: { name: 'wayleave', version } };
  const send = (traces: readonly FinishedTrace[]): Promise<undefined> =>
    new Promise((resolve, reject) => {
      const spans = traces.flatMap((trace) => toReadableSpans(trace, origin));
      exporter.export(spans, ({ error }) => {
        if (error === undefined) resolve(undefined);
        else reject(new Error(reasonOf(error)));
      });
    });
  const sender = new TraceSender({ send, metrics, clock, log });
  return {
    tracer: {
      samples: (id) => sampler.shouldSample(ROOT_CONTEXT, traceIdOf(id)).decision !== SamplingDecision.NOT_RECORD,
      record: (trace) => {
        sender.take(trace);
      },
    },
    close: () => sender.close(),
  };
}

function resourceOf(service: string, version: string): Resource {
  const given = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  const ours = resourceFromAttributes({ 'service.name': service, 'service.version': version });
  return defaultResource().merge(ours).merge(given);
}

/** The code says most: of a connection that is refused at two addresses there is no message at all. */
function reasonOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return `HTTP ${String(code)} ${describeError(error)}`;
  return typeof code === 'string' ? `${code}: ${describeError(error)}` : describeError(error);
}

const mostComplaints = 20;

/** What OpenTelemetry's packages find wrong, such as a certificate that cannot be read, once each. They do not throw for it. */
function hearComplaints(log: Log): void {
  const told = new Set<string>();
  const tell = (message: string): void => {
    if (told.has(message) || told.size >= mostComplaints) return;
    told.add(message);
    log.warn({ opentelemetry: message }, 'OpenTelemetry complains');
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
