import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** Ends the wait without an error. */
  readonly signal?: AbortSignal;
}

/** Waits until `holds` answers true. @throws Error naming `what` when the time is over */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000, intervalMs = 20, signal }: WaitOptions = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (signal?.aborted !== true && !(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await delay(intervalMs);
  }
}

/** Below the ports that systems give to outgoing connections: Linux begins at 32768, others later. */
const assignable = { from: 10_000, to: 32_768 } as const;
const assigned = new Set<number>();

/**
 * A port on the loopback that is free right now, `preferred` if that one is. Somebody may take it before it is used, so
 * the caller tries again when its program finds the address in use. No other port is given twice by one process: Xray
 * shares a port with whoever else listens on it (`SO_REUSEPORT`) and would not say so.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = randomInt(assignable.from, assignable.to);
    if (assigned.has(port)) continue;
    assigned.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer();
  listener.listen(port, '127.0.0.1');
  try {
    await once(listener, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  listener.close();
  await once(listener, 'close');
  return true;
}

/** Starts a program again when somebody took the port that {@link freePort} had found for it. */
export async function withFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use/.test(error.message);
      if (!isTaken || attempt === 5) throw error;
    }
  }
}
