import { type Clock, sleep } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { KubeClient } from './client.ts';
import { isKubeError, KubeError } from './errors.ts';
import { type EventInput, EventSeries, type Occurrence } from './event-series.ts';
import { microTime } from './lease.ts';
import type { KubeObject, Resource } from './objects.ts';

export const eventResource: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** `reportingController`, for example `wayleave.dev/operator`. */
  readonly component: string;
  /** `reportingInstance`: the pod. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A counter that grows quickly is written at most this often. */
const seriesEveryMs = 10_000;
const tries = 4;
const retryMs = 1_000;
const flushTimeoutMs = 5_000;

/**
 * Writes Events for people. The same thing again within minutes becomes a counter on the first Event instead of another
 * one. Best effort by nature: nothing waits for it, nothing fails because of it, and a storm is cut off.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series: EventSeries;
  #worker: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #flushing = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#series = new EventSeries(options.clock);
  }

  /** Notes that something happened. Returns at once and never throws. */
  record(input: EventInput): void {
    if (!this.#series.note(input)) {
      this.#options.log.debug({ reason: input.reason }, 'too many events at a time, one is left out');
      return;
    }
    this.#wake();
  }

  /** Writes what is still to be written, for at most five seconds: before the process ends. */
  async flush(): Promise<void> {
    this.#flushing = true;
    this.#cancelTimer?.();
    const drained = new AbortController();
    try {
      await Promise.race([this.#drain(), sleep(this.#options.clock, flushTimeoutMs, drained.signal)]);
    } finally {
      drained.abort();
      this.#flushing = false;
    }
  }

  async #drain(): Promise<void> {
    await this.#worker;
    await this.#work();
  }

  #wake(): void {
    this.#worker ??= this.#work().finally(() => {
      this.#worker = undefined;
      this.#plan();
    });
  }

  /** Comes back for counters whose time has not come yet. */
  #plan(): void {
    const dueInMs = this.#series.dueInMs(seriesEveryMs);
    if (dueInMs === undefined || this.#flushing) {
      return;
    }
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.schedule(Math.max(1, dueInMs), () => {
      this.#wake();
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      const occurrence = this.#series.takeDue(this.#flushing ? 0 : seriesEveryMs);
      if (occurrence === undefined) {
        return;
      }
      await this.#write(occurrence);
    }
  }

  async #write(occurrence: Occurrence): Promise<void> {
    const { clock, log } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#send(occurrence);
        return;
      } catch (thrown) {
        const last = attempt === tries || this.#flushing || (thrown instanceof KubeError && thrown.retry === 'never');
        if (last) {
          log.warn({ reason: occurrence.input.reason, error: describeError(thrown) }, 'an event could not be written');
          return;
        }
        await sleep(clock, retryMs * 2 ** attempt);
      }
    }
  }

  async #send(occurrence: Occurrence): Promise<void> {
    const { client, clock } = this.#options;
    const { name, namespace, count } = occurrence;
    const series = { count, lastObservedTime: microTime(clock.now()) };
    if (name !== undefined) {
      try {
        await client.patchJson(eventResource, namespace, name, [{ op: 'add', path: '/series', value: series }]);
        return;
      } catch (thrown) {
        // Events live for an hour; somebody may have cleared them sooner.
        if (!isKubeError(thrown, 'KUBE_NOT_FOUND')) {
          throw thrown;
        }
      }
    }
    const event = this.#eventOf(occurrence);
    await client.create(eventResource, count > 1 ? ({ ...event, series } as KubeObject) : event);
    occurrence.name = event.metadata.name;
  }

  #eventOf({ input, namespace, serial }: Occurrence): KubeObject {
    const { component, instance, clock } = this.#options;
    const { object, type, reason, message, action = reason } = input;
    const { name, uid, resourceVersion } = object.metadata;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: eventName(name, clock.now(), serial) },
      eventTime: microTime(clock.now()),
      reportingController: component,
      reportingInstance: instance.slice(0, 128),
      action,
      reason,
      type,
      note: cut(message),
      regarding: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
    } as KubeObject;
  }
}

/** As client-go names them: the object's name and a number that does not come twice. */
function eventName(objectName: string, nowMs: number, serial: number): string {
  return `${objectName.slice(0, 200)}.${nowMs.toString(16)}${serial.toString(16).padStart(4, '0')}`;
}

/** The API server refuses notes above 1,024 bytes. */
function cut(message: string): string {
  const bytes = Buffer.from(message);
  return bytes.length <= 1024
    ? message
    : `${bytes
        .subarray(0, 1018)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')}…`;
}
