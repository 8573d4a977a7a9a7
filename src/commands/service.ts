import type { Registry } from 'prom-client';
import { type Clock, systemClock, untilAborted } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Check } from '../telemetry/health-server.ts';
import { buildVersion } from './build.ts';
import { exitCodes, type Host } from './host.ts';
import { abortOnStopRequest, type Closable, closeInOrder, closeLater, within } from './lifecycle.ts';
import type { OptionSpec, OptionValues } from './option.ts';
import { drainTimeout, healthListen, logFormat, logLevel } from './options.ts';
import type { ListenAddress } from './value-kinds.ts';

const common = { drainTimeout, logLevel, logFormat };

/** Settings of every long-running command. */
export type ServiceOptions = typeof common & { readonly healthListen: OptionSpec<ListenAddress, 'always'> };
export type ServiceSettings = OptionValues<ServiceOptions> & {
  /** Of what serves requests: see `closing` of {@link Service.run}. */
  readonly drainDelay?: number;
};

export function serviceOptions(healthAddress: string): ServiceOptions {
  return { healthListen: healthListen(healthAddress), ...common };
}

export interface ServiceContext {
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  /** Aborts on SIGTERM, SIGINT. */
  readonly signal: AbortSignal;
  /** What `start` opened, closed in reverse order after `run` has ended or `start` has failed. */
  readonly opened: (closable: Closable) => void;
}

/** The work of one long-running command. */
export interface Service {
  livez(): readonly Check[];
  readyz(): readonly Check[];
  /**
   * Works until it is asked to stop, finishes what is in hand, releases what it holds, and resolves.
   *
   * @param signal aborts when it is asked to stop: whatever another process can take over ends
   * @param closing aborts later: until then requests still come and have to be answered
   */
  run(signal: AbortSignal, closing: AbortSignal): Promise<void>;
}

/**
 * Everything that long-running commands share: logger, metrics, `/healthz`, `/readyz` and `/metrics` from the first moment
 * on, signals, an ordered end within the drain timeout, and errors that nobody caught.
 *
 * @returns the exit code: 0 only after an ordered end that somebody asked for
 */
export async function runService(
  host: Host,
  name: string,
  settings: ServiceSettings,
  start: (context: ServiceContext) => Promise<Service>,
): Promise<number> {
  const [{ createLogger }, { createMetrics }, { startHealthServer }, { watchEventLoop }] = await Promise.all([
    import('../telemetry/logger.ts'),
    import('../telemetry/metrics.ts'),
    import('../telemetry/health-server.ts'),
    import('../telemetry/event-loop.ts'),
  ]);
  const clock = systemClock;
  const isTerminal = host.stdout.isTTY === true;
  const log: Log = createLogger({
    level: settings.logLevel,
    pretty: settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && isTerminal),
    colour: isTerminal && (host.env['NO_COLOR'] ?? '') === '',
  });
  host.onCrash((error) => {
    log.error({ err: error }, 'an error that nobody caught: exiting, because the state of this process is unknown');
  });
  const signal = abortOnStopRequest(host, log, clock);
  const registry = createMetrics({ version: buildVersion, command: name });
  const watch = watchEventLoop({ clock, log, registry });
  const opened: Closable[] = [{ name: 'event loop watch', close: async () => watch.stop() }];
  const closeAll = (): Promise<readonly string[]> =>
    closeInOrder(opened.toReversed(), { deadlineMs: settings.drainTimeout, clock, log });

  let service: Service | undefined;
  try {
    const health = await startHealthServer({
      ...settings.healthListen,
      livez: () => service?.livez() ?? [],
      readyz: () => readiness(service, signal),
      registry,
      log,
    });
    opened.push({ name: 'health server', close: () => health.stop() });
    log.info({ version: buildVersion, node: process.version, health: health.address }, `wayleave ${name} starting`);
    service = await start({ log, clock, registry, signal, opened: (closable) => opened.push(closable) });
    await runAndDrain(service, signal, settings, clock);
  } catch (error) {
    const askedToStop = signal.aborted && service === undefined;
    if (!askedToStop) log.error({ err: error }, `wayleave ${name} failed: ${describeError(error)}`);
    await closeAll();
    return askedToStop ? exitCodes.success : exitCodes.failure;
  }
  const failed = await closeAll();
  log.info({}, `wayleave ${name} ended`);
  return failed.length === 0 ? exitCodes.success : exitCodes.failure;
}

function readiness(service: Service | undefined, signal: AbortSignal): readonly Check[] {
  if (signal.aborted) return [{ name: 'running', ok: false, message: 'the process is stopping' }];
  return service?.readyz() ?? [{ name: 'running', ok: false, message: 'the process is starting' }];
}

async function runAndDrain(
  service: Service,
  signal: AbortSignal,
  { drainDelay = 0, drainTimeout: drainMs }: ServiceSettings,
  clock: Clock,
): Promise<void> {
  const closing = closeLater(signal, drainDelay, clock);
  const running = service.run(signal, closing);
  await Promise.race([running, untilAborted(closing)]);
  if (!signal.aborted) throw new Error('the work ended although nobody asked it to stop');
  await within(drainMs, clock, running);
}
