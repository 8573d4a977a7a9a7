import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { silentLog, type Log } from '../../base/log.ts';
import type { FinishedTrace } from '../../base/trace.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { TraceMetrics } from './metrics.ts';
import { longestCloseMs, longestSendMs, mostWaiting, TraceSender, type TraceSenderOptions } from './sender.ts';

/** A sender with a clock of its own, and everything that it says. */
function openSender(send: TraceSenderOptions['send']) {
  const registry = new Registry();
  const clock = new ManualClock();
  const lines: string[] = [];
  const say =
    (level: string) =>
    (fields: object): void => {
      lines.push(`${level} ${JSON.stringify(fields)}`);
    };
  const log: Log = { ...silentLog, warn: say('warn'), info: say('info') };
  const sender = new TraceSender({ send, metrics: new TraceMetrics(registry), clock, log });
  const counted = async (): Promise<Record<string, number>> => {
    const counter = registry.getSingleMetric('wayleave_traces_total');
    const { values } = (await counter?.get()) ?? { values: [] };
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels['outcome']), value]));
  };
  return { sender, clock, lines, counted };
}

function trace(number: number): FinishedTrace {
  return { id: `trace ${String(number)}`, spans: [] };
}

/** Lets everything happen that waits for nothing but its turn. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('a sender of traces', () => {
  it('sends together what it gets together, at most a hundred, one request at a time', async () => {
    const requests: (readonly FinishedTrace[])[] = [];
    let inHand = 0;
    let most = 0;
    const { sender, counted } = openSender(async (traces) => {
      requests.push(traces);
      inHand += 1;
      most = Math.max(most, inHand);
      await settle();
      inHand -= 1;
      return undefined;
    });
    for (let number = 0; number < 250; number += 1) sender.take(trace(number));
    await sender.close();
    expect(requests.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(requests.flat()).toEqual(Array.from({ length: 250 }, (_, number) => trace(number)));
    expect(most).toBe(1);
    expect(await counted()).toEqual({ sent: 250, failed: 0, dropped: 0 });
  });

  it('goes on after a request that failed, without sending that again', async () => {
    const requests: (readonly FinishedTrace[])[] = [];
    const { sender, counted } = openSender((traces) => {
      requests.push(traces);
      return requests.length === 1 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(undefined);
    });
    sender.take(trace(1));
    await settle();
    sender.take(trace(2));
    await settle();
    expect(requests).toEqual([[trace(1)], [trace(2)]]);
    expect(await counted()).toEqual({ sent: 1, failed: 1, dropped: 0 });
  });

  it('keeps so many and no more for a collector that hangs, and gives each request up in the end', async () => {
    const { sender, clock, counted } = openSender(never);
    sender.take(trace(0));
    await settle();
    for (let number = 0; number < mostWaiting + 7; number += 1) sender.take(trace(number));
    expect(await counted()).toEqual({ sent: 0, failed: 0, dropped: 7 });
    clock.advance(longestSendMs);
    await settle();
    expect(await counted()).toEqual({ sent: 0, failed: 1, dropped: 7 });
  });

  it('closes within its time whatever the collector does, and counts what it leaves', async () => {
    const { sender, clock, lines, counted } = openSender(never);
    for (let number = 0; number < 150; number += 1) sender.take(trace(number));
    await settle();
    let isClosed = false;
    const closed = sender.close().then(() => {
      isClosed = true;
    });
    clock.advance(longestCloseMs - 1);
    await settle();
    expect(isClosed).toBe(false);
    clock.advance(1);
    await closed;
    expect(await counted()).toEqual({ sent: 0, failed: 0, dropped: 150 });
    expect(lines).toEqual(['warn {"lost":150}']);
    sender.take(trace(1));
    expect(await counted()).toMatchObject({ dropped: 151 });
  });

  it('closes at once when nothing waits, and leaves no timer', async () => {
    const { sender, clock } = openSender(() => Promise.resolve(undefined));
    await sender.close();
    expect(clock.timers).toBe(0);
  });

  it('warns of the first loss and then once in a while, with how many there were, and says when it is over', async () => {
    let isAway = true;
    const { sender, clock, lines } = openSender(() =>
      isAway ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(undefined),
    );
    const passes = async (ms: number): Promise<void> => {
      sender.take(trace(1));
      await settle();
      clock.advance(ms);
    };
    for (let number = 0; number < 10; number += 1) await passes(60_000);
    expect(lines).toEqual(['warn {"err":"ECONNREFUSED","lost":1}', 'warn {"err":"ECONNREFUSED","lost":5}']);
    isAway = false;
    await passes(1);
    await passes(1);
    expect(lines.slice(2)).toEqual(['info {"lost":4}']);
    // One that comes and goes is no reason for a line each time.
    isAway = true;
    await passes(1);
    expect(lines).toHaveLength(4);
    isAway = false;
    await passes(1);
    isAway = true;
    await passes(1);
    expect(lines).toHaveLength(5);
  });
});
