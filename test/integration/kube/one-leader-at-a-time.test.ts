import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type KubeClient, LeaderElector, type Lease, leaseResource, Reflector } from '../../../src/kube/index.ts';
import type { Fault } from '../../support/fault-proxy.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { behindFaultProxy, connect } from './cluster.ts';

const leaseDurationMs = 3_000;
const timings = { leaseDurationMs, renewDeadlineMs: 2_000, retryPeriodMs: 300 };

/** A candidate's own clock: the wall shows another time, and while it is paused no timer of it fires. */
class CandidateClock implements Clock {
  readonly #skewMs: number;
  #paused = false;
  #held: (() => void)[] = [];

  constructor(skewMs: number) {
    this.#skewMs = skewMs;
  }

  now(): number {
    return systemClock.now() + this.#skewMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  schedule(delayMs: number, action: () => void): () => void {
    let cancelled = false;
    const cancel = systemClock.schedule(delayMs, () => {
      const late = (): void => {
        if (!cancelled) {
          action();
        }
      };
      if (this.#paused) {
        this.#held.push(late);
      } else {
        late();
      }
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const action of this.#held.splice(0)) {
      action();
    }
  }
}

interface Holding {
  readonly holder: string;
  readonly seenMs: number;
}

/** Everything that the Lease ever said, and who believed to lead meanwhile. */
class Scene {
  readonly history: Holding[] = [];
  readonly believers: string[][] = [];
  readonly candidates = new Map<string, Candidate>();
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  async observe(client: KubeClient): Promise<void> {
    const reflector = new Reflector<Lease>({
      client,
      resource: leaseResource,
      namespace: this.#namespace,
      log: silentLog,
      clock: systemClock,
      random: Math.random,
    });
    reflector.onChange(({ object }) => {
      this.history.push({ holder: object.spec?.holderIdentity ?? '', seenMs: systemClock.monotonic() });
    });
    const stop = new AbortController();
    const running = reflector.run(stop.signal);
    await reflector.synced();
    const sampling = setInterval(() => {
      const names = [...this.candidates.values()].filter(({ elector }) => elector.outlives(0)).map(({ name }) => name);
      this.believers.push(names);
    }, 5);
    onTestFinished(async () => {
      clearInterval(sampling);
      stop.abort();
      await Promise.all([...this.candidates.values()].map((candidate) => candidate.stop()));
      await running;
    });
  }

  stand(name: string, client: KubeClient, skewMs = 0): Candidate {
    const candidate = new Candidate(name, client, this.#namespace, skewMs);
    this.candidates.set(name, candidate);
    return candidate;
  }

  async leader(exceptFor = ''): Promise<Candidate> {
    return vi.waitFor(
      () => {
        const found = [...this.candidates.values()].find(
          ({ name, elector }) => name !== exceptFor && elector.outlives(0) && this.history.at(-1)?.holder === name,
        );
        expect(found).toBeDefined();
        return found as Candidate;
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  /** The two promises: a takeover comes a whole lease after the last renewal, and nobody believes beside another. */
  check(): void {
    const takeovers = this.history
      .map((now, index) => ({ now, before: this.history[index - 1] }))
      .filter(({ now, before }) => before !== undefined && before.holder !== '' && now.holder !== '')
      .filter(({ now, before }) => now.holder !== before?.holder)
      .map(({ now, before }) => now.seenMs - (before?.seenMs ?? 0));
    // Seen through a watch, so a line may come late: by far less than the tenth that is allowed here.
    expect(takeovers.filter((gapMs) => gapMs < leaseDurationMs * 0.9)).toEqual([]);
    expect(this.believers.filter((names) => names.length > 1)).toEqual([]);
  }
}

class Candidate {
  readonly name: string;
  readonly clock: CandidateClock;
  readonly elector: LeaderElector;
  readonly terms: { readonly signal: AbortSignal }[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(name: string, client: KubeClient, namespace: string, skewMs: number) {
    this.name = name;
    this.clock = new CandidateClock(skewMs);
    const { clock } = this;
    const { random } = Math;
    const options = { client, namespace, name: 'the-lease', identity: name, clock, random, log: silentLog };
    this.elector = new LeaderElector({ ...options, ...timings });
    this.#running = this.elector.run(this.#stop.signal, async (signal) => {
      this.terms.push({ signal });
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    });
  }

  async stop(): Promise<void> {
    this.clock.resume();
    this.#stop.abort();
    await this.#running;
  }
}

describe('leader election', () => {
  let client: KubeClient;

  beforeAll(async () => {
    client = await connect();
  });

  const scene = async (): Promise<Scene> => {
    const opened = new Scene(await freshNamespace('lease'));
    await opened.observe(client);
    return opened;
  };

  it('hands over at once when the leader stops, and writes that nobody holds it', async () => {
    const the = await scene();
    the.stand('a', client);
    the.stand('b', client);
    const first = await the.leader();
    const successor = first.name === 'a' ? 'b' : 'a';
    await first.stop();
    expect(first.elector.isLeader).toBe(false);
    const second = await the.leader();
    expect(second.name).toBe(successor);
    expect(the.history.map(({ holder }) => holder)).toContain('');
    the.check();
  });

  it('waits the whole lease after a leader that was killed', async () => {
    const the = await scene();
    const { proxy, proxied } = await behindFaultProxy();
    const doomed = the.stand('doomed', proxied);
    await the.leader();
    the.stand('b', client);
    the.stand('c', client);
    // For the API server, a process that was killed and one that is cut off for ever look the same.
    proxy.freeze();
    const next = await the.leader('doomed');
    expect(doomed.elector.outlives(0)).toBe(false);
    expect(doomed.terms[0]?.signal.aborted).toBe(true);
    the.check();
    proxy.thaw();
    await next.stop();
  });

  it('lets nobody believe in a lease that ran out during a pause', async () => {
    const the = await scene();
    const sleeper = the.stand('sleeper', client);
    await the.leader();
    sleeper.clock.pause();
    the.stand('b', client);
    const next = await the.leader('sleeper');
    // No timer of the sleeper has fired yet, so its leadership has not been taken from it: only the clock can tell.
    expect(sleeper.terms[0]?.signal.aborted).toBe(false);
    expect(sleeper.elector.outlives(0)).toBe(false);
    expect(sleeper.elector.overdue(0)).toBe(true);
    sleeper.clock.resume();
    await vi.waitFor(() => {
      expect(sleeper.terms[0]?.signal.aborted).toBe(true);
    });
    expect(next.elector.outlives(0)).toBe(true);
    the.check();
  });

  it('does not care what the wall clocks say', async () => {
    const the = await scene();
    const day = 86_400_000;
    the.stand('early', client, -day);
    the.stand('late', client, day);
    the.stand('right', client);
    const terms: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const leader = await the.leader();
      terms.push(leader.name);
      const before = the.history.length;
      await vi.waitFor(() => {
        expect(the.history.length).toBeGreaterThan(before + 8);
      }, 20_000);
      expect(the.history.slice(before).every(({ holder }) => holder === leader.name)).toBe(true);
      await leader.stop();
    }
    expect(new Set(terms).size).toBe(2);
    the.check();
  });

  it('survives an API server that fails now and then without changing leaders', async () => {
    const the = await scene();
    const { proxy, proxied } = await behindFaultProxy();
    const leader = the.stand('a', proxied);
    await the.leader();
    the.stand('b', client);
    const onLease = ({ path }: { readonly path: string }): boolean => path.endsWith('/the-lease');
    const faults: Fault[] = [500, 503, 429].map((status) => ({ kind: 'status', status }));
    for (const fault of [...faults, { kind: 'reset' }, { kind: 'reset-after' }] satisfies Fault[]) {
      proxy.inject({ on: onLease, fault });
      const before = the.history.length;
      await vi.waitFor(() => {
        expect(proxy.pending).toBe(0);
        expect(the.history.length).toBeGreaterThan(before + 2);
      }, 20_000);
    }
    expect(leader.terms).toHaveLength(1);
    expect(leader.elector.outlives(0)).toBe(true);
    the.check();
  });

  it('renews while the leader drains, and releases only then', async () => {
    const namespace = await freshNamespace('lease');
    const stop = new AbortController();
    const identity = 'draining';
    const clock = systemClock;
    const { random } = Math;
    const options = { client, namespace, name: 'drain', identity, clock, random, log: silentLog };
    const elector = new LeaderElector({ ...options, ...timings });
    const read = async (): Promise<Lease> => client.get<Lease>(leaseResource, namespace, 'drain');
    await elector.run(stop.signal, async (leadership) => {
      stop.abort();
      expect(leadership.aborted).toBe(true);
      const { spec } = await read();
      await vi.waitFor(
        async () => {
          const now = await read();
          expect(now.spec?.renewTime).not.toBe(spec?.renewTime);
          expect(now.spec?.holderIdentity).toBe(identity);
        },
        { timeout: 10_000 },
      );
      expect(elector.outlives(0)).toBe(true);
    });
    expect((await read()).spec?.holderIdentity).toBe('');
    expect(elector.outlives(0)).toBe(false);
  });
});
