import { setTimeout as delay } from 'node:timers/promises';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

export interface DriftOrder {
  /** How many clients to spoil, each once. */
  readonly count: number;
  /** Spread at random over this time. */
  readonly overMs: number;
  /** Whatever is not repaired this long after the last one was spoilt makes it an error. */
  readonly patienceMs: number;
}

export interface DriftRepairs {
  /** From the panel's answer to the spoiling until the client is whole again, in the order of repair. */
  readonly repairedAfterMs: readonly number[];
}

interface Spoilt {
  readonly atMs: number;
  readonly before: string;
}

const lookEveryMs = 50;
const api = 'panel/api/clients';

/** What a person at the panel may do to a client of ours: delete it, switch it off, take it from an inbound. */
const spoilings: readonly ((email: string) => { path: string; body: object })[] = [
  (email) => ({ path: `${api}/del/${email}`, body: {} }),
  (email) => ({ path: `${api}/bulkDisable`, body: { emails: [email] } }),
  (email) => ({ path: `${api}/${email}/detach`, body: { inboundIds: [1] } }),
];

/** Spoils clients behind the operator's back, through the panel's own API, and waits for each to be put right. */
export async function makeDrift(panel: ThreeXuiSimulator, order: DriftOrder): Promise<DriftRepairs> {
  const whole = viewOf(panel);
  const victims = shuffled([...whole.keys()]).slice(0, order.count);
  if (victims.length < order.count) throw new RangeError(`the panel has only ${victims.length} clients to spoil`);
  const broken = new Map<string, Spoilt>();
  const repairedAfterMs: number[] = [];
  let toCome = victims.length;
  const spoiling = Promise.all(
    victims.map(async (email, index) => {
      await delay(Math.random() * order.overMs);
      await spoil(panel, email, index);
      broken.set(email, { atMs: performance.now(), before: whole.get(email) ?? '' });
      toCome -= 1;
    }),
  );
  const giveUpMs = performance.now() + order.overMs + order.patienceMs;
  while (toCome > 0 || broken.size > 0) {
    if (performance.now() > giveUpMs) throw new Error(`${broken.size} of ${order.count} clients were not repaired`);
    await delay(lookEveryMs);
    const now = viewOf(panel);
    for (const [email, { atMs, before }] of broken) {
      if (now.get(email) !== before) continue;
      broken.delete(email);
      repairedAfterMs.push(performance.now() - atMs);
    }
  }
  await spoiling;
  return { repairedAfterMs };
}

async function spoil(panel: ThreeXuiSimulator, email: string, index: number): Promise<void> {
  const { path, body } = spoilings[index % spoilings.length]?.(email) ?? { path: '', body: {} };
  const answer = await fetch(`${panel.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${panel.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { success, msg } = (await answer.json()) as { success: boolean; msg: string };
  if (!success) throw new Error(`the panel refused ${path}: ${msg}`);
}

/** Everything that matters of each of our clients, on all inbounds. */
function viewOf(panel: ThreeXuiSimulator): Map<string, string> {
  const view = new Map<string, string>();
  for (const { id: inbound, settings } of panel.state.inbounds) {
    for (const { email = '', id, enable, flow, subId, comment, expiryTime, totalGB } of settings.clients ?? []) {
      const entry = JSON.stringify([inbound, id, enable, flow, subId, comment, expiryTime, totalGB]);
      view.set(email, `${view.get(email) ?? ''}${entry}`);
    }
  }
  return view;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
