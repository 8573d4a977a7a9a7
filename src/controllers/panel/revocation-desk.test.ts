import { silentLog } from '../../base/log.ts';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { annotations, type VPNPanel } from '../../api/index.ts';
import type { PanelDriver } from '../../panels/driver.ts';
import type { OpenRevocation } from '../../store/index.ts';
import { RevocationDesk, type DeskRecords } from './revocation-desk.ts';
import { settleMs } from './revocation-guard.ts';

const panel = { metadata: { name: 'nl' }, spec: {} } as VPNPanel;
const gate = { admit: () => undefined };
const nothing = (): void => undefined;

function row(id: number, change: Partial<OpenRevocation> = {}): OpenRevocation {
  const email = `wl-${String(id)}`;
  const state = { held: false, permitted: false, createdAtMs: Date.UTC(2026, 0, 1), reason: 'Deleted' } as const;
  return {
    id: BigInt(id),
    panelId: 'p',
    subscriptionId: email,
    generation: 1,
    email,
    decidedBy: 't',
    ...state,
    ...change,
  };
}

/** Postgres as a set of open rows; `between` runs while an answer is on its way. */
function postgres(open: OpenRevocation[]): DeskRecords & { open: OpenRevocation[]; between: () => Promise<void> } {
  const answer = async (): Promise<void> => {
    const { between } = fake;
    fake.between = () => Promise.resolve();
    await between();
  };
  const close = (ids: readonly bigint[]): void => {
    fake.open = fake.open.filter(({ id }) => !ids.includes(id));
  };
  const fake = {
    open,
    openRevocations: open,
    recentRevocations: [],
    between: () => Promise.resolve(),
    clientCount: () => 100,
    subscriptionKey: (id: string) => `ns/${id}`,
    readOpenRevocations: async () => {
      const rows = [...fake.open];
      await answer();
      return rows;
    },
    holdRevocations: answer,
    permitRevocations: answer,
    withdrawRevocation: (id: bigint) => {
      close([id]);
      return Promise.resolve();
    },
    finishRevocations: (rows: readonly OpenRevocation[]) => {
      close(rows.map(({ id }) => id));
      return Promise.resolve();
    },
  };
  return fake;
}

function driver(removed: string[]): PanelDriver {
  const remove: PanelDriver['remove'] = (batch) => {
    removed.push(...batch.map(({ email }) => email));
    return Promise.resolve(batch.map(({ email }) => ({ email, outcome: 'absent' as const, changed: true })));
  };
  return { maxBatch: 100, remove } as unknown as PanelDriver;
}

const wave = Array.from({ length: 30 }, (_, at) => row(at));

describe('the desk of removals', () => {
  it('removes nobody who came back while Postgres was being told that he may go', async () => {
    const records = postgres([row(1), row(2)]);
    const clock = new ManualClock();
    const desk = new RevocationDesk(records, clock, silentLog);
    clock.advance(settleMs);
    records.between = () => desk.withdraw('wl-1');
    await desk.judge(panel);
    const removed: string[] = [];
    await desk.carryOut(driver(removed), gate, new AbortController().signal, nothing);
    expect(removed).toEqual(['wl-2']);
    expect(desk.open).toBe(0);
  });

  it('holds nobody who came back while the wave was being held', async () => {
    const records = postgres(wave);
    const desk = new RevocationDesk(records, new ManualClock(), silentLog);
    records.between = async () => {
      for (const { email } of wave) await desk.withdraw(email);
    };
    await desk.judge(panel);
    expect([desk.open, desk.held]).toEqual([0, 0]);
  });

  it('does not count what a person allowed towards the next wave, before and after a restart', async () => {
    const createdAtMs = Date.UTC(2026, 0, 1);
    const done = (atMs: number) =>
      wave.map(() => ({ reason: 'Deleted', createdAtMs: atMs, doneAtMs: createdAtMs }) as const);
    const allowing = {
      ...panel,
      metadata: { name: 'nl', annotations: { [annotations.allowRevocations]: '2026-01-01T00:00:00Z' } },
    };
    const heldAfter = async (atMs: number): Promise<number> => {
      const records = { ...postgres([row(1, { createdAtMs: createdAtMs + 1 })]), recentRevocations: done(atMs) };
      const desk = new RevocationDesk(records, new ManualClock(createdAtMs), silentLog);
      return desk.judge(allowing);
    };
    expect([await heldAfter(createdAtMs), await heldAfter(createdAtMs + 1)]).toEqual([0, 1]);

    const records = postgres([...wave]);
    const clock = new ManualClock(createdAtMs);
    const desk = new RevocationDesk(records, clock, silentLog);
    const removed: string[] = [];
    await desk.judge(allowing);
    await desk.carryOut(driver(removed), gate, new AbortController().signal, nothing);
    expect(removed).toHaveLength(wave.length);
    desk.add(row(100, { createdAtMs: createdAtMs + 1 }));
    expect(await desk.judge(allowing)).toBe(0);
  });

  it('falls in step with Postgres, but not with an answer that is older than a withdrawal', async () => {
    const records = postgres([row(1), row(2)]);
    const desk = new RevocationDesk(records, new ManualClock(), silentLog);
    records.open = [row(2), row(3)];
    expect(await desk.refresh()).toEqual(['wl-3']);
    expect([desk.has('wl-1'), desk.has('wl-2'), desk.has('wl-3')]).toEqual([false, true, true]);
    records.between = () => desk.withdraw('wl-3');
    expect(await desk.refresh()).toEqual([]);
    expect(desk.has('wl-3')).toBe(false);
    expect(await desk.refresh()).toEqual([]);
    expect(desk.open).toBe(1);
  });

  it('lets a wave settle by its own watch, whatever wall clocks say', async () => {
    const records = postgres([row(1, { createdAtMs: Date.UTC(2020, 0, 1) })]);
    const clock = new ManualClock();
    const desk = new RevocationDesk(records, clock, silentLog);
    const removed: string[] = [];
    const turn = async (): Promise<void> => {
      await desk.judge(panel);
      await desk.carryOut(driver(removed), gate, new AbortController().signal, nothing);
    };
    await turn();
    expect(removed).toEqual([]);
    expect(desk.dueInMs()).toBe(settleMs);
    for (const one of wave.slice(2)) desk.add(one);
    await turn();
    clock.advance(settleMs * 2);
    await turn();
    expect(removed).toEqual([]);
    expect(desk.held).toBe(29);
  });
});
