import { describe, expect, it } from 'vitest';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Host, StopRequest } from './host.ts';
import { abortOnStopRequest, closeInOrder, closeLater } from './lifecycle.ts';

function signalHost(): { host: Host; send: (request: StopRequest) => void; exits: number[] } {
  const listeners: ((request: StopRequest) => void)[] = [];
  const exits: number[] = [];
  const host: Host = {
    argv: [],
    env: {},
    stdout: { write: () => true },
    stderr: { write: () => true },
    onStopRequest: (listener) => listeners.push(listener),
    onCrash: () => undefined,
    exitNow: (code): never => {
      exits.push(code);
      throw new Error('exited');
    },
  };
  return { host, exits, send: (request) => listeners.forEach((listener) => listener(request)) };
}

describe('stop requests', () => {
  it('aborts on the first, takes its echo for the same one, and exits at once on a second', () => {
    const { host, send, exits } = signalHost();
    let nowMs = 5000;
    const clock = { ...systemClock, monotonic: () => nowMs };
    const signal = abortOnStopRequest(host, silentLog, clock);
    expect(signal.aborted).toBe(false);
    send('SIGTERM');
    expect(signal.aborted).toBe(true);
    nowMs += 20;
    send('SIGTERM');
    expect(exits).toEqual([]);
    nowMs += 2000;
    expect(() => send('SIGINT')).toThrow('exited');
    expect(exits).toEqual([130]);
  });
});

describe('what serves requests', () => {
  it.each([
    { request: 'SIGTERM', closesAfterMs: 5000 },
    { request: 'SIGINT', closesAfterMs: 0 },
  ])('closes $closesAfterMs ms after $request', async ({ request, closesAfterMs }) => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const closing = closeLater(stop.signal, 5000, clock);
    stop.abort(request);
    await setImmediate();
    clock.advance(Math.max(0, closesAfterMs - 1));
    await setImmediate();
    expect(closing.aborted).toBe(closesAfterMs === 0);
    clock.advance(1);
    await setImmediate();
    expect(closing.reason).toBe(request);
  });
});

describe('closing in order', () => {
  const options = { deadlineMs: 50, clock: systemClock, log: silentLog };

  it('closes one after the other', async () => {
    const closed: string[] = [];
    const step = (name: string) => ({
      name,
      close: async () => {
        await Promise.resolve();
        closed.push(name);
      },
    });
    expect(await closeInOrder([step('intake'), step('work'), step('store')], options)).toEqual([]);
    expect(closed).toEqual(['intake', 'work', 'store']);
  });

  it('goes on behind a step that hangs and behind one that fails, and names both', async () => {
    const closed: string[] = [];
    const steps = [
      { name: 'fails', close: () => Promise.reject(new Error('no')) },
      { name: 'hangs', close: () => new Promise<void>(() => undefined) },
      {
        name: 'last',
        close: () => {
          closed.push('last');
          return Promise.resolve();
        },
      },
    ];
    expect(await closeInOrder(steps, options)).toEqual(['fails', 'hangs']);
    expect(closed).toEqual(['last']);
  });
});
