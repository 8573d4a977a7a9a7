import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { publishReliability } from '../support/money/publish-reliability.ts';
import { waitUntil } from '../support/processes.ts';
import { OutageLoad } from './subscriptions/outage-load.ts';
import { OutageSite, sendTo } from './subscriptions/outage-site.ts';

/**
 * Long: WAYLEAVE_TEST_OUTAGE_SECONDS=60 npm test -- test/chaos/subscription-outage, for each outage.
 * WAYLEAVE_TEST_PUBLISH=1 writes the counts into docs/reliability.json.
 */
const seconds = Number(process.env['WAYLEAVE_TEST_OUTAGE_SECONDS'] ?? 1.5);
const minutes = 60_000;

let site: OutageSite;
let load: OutageLoad;

beforeAll(async () => {
  site = await OutageSite.open({ known: 320, cold: 64 });
  const urls = site.replicas.map(({ url }) => url);
  load = new OutageLoad({ urls, known: site.customers.known, rate: 300, clients: 24, random: Math.random });
}, 5 * minutes);

afterAll(async () => {
  await load?.stop();
  await site?.close();
});

interface Outage {
  readonly name: string;
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
  /** `slow`: it answers later than usual; `away`: no address that is not in memory can be looked up. */
  readonly database?: 'slow' | 'away';
}

const outages: readonly Outage[] = [
  {
    name: 'panels that refuse',
    begin: async () => void (await Promise.all(site.panels.map((panel) => panel.goOffline()))),
    end: async () => void (await Promise.all(site.panels.map((panel) => panel.goOnline()))),
  },
  {
    name: 'panels that hang',
    begin: () => {
      for (const panel of site.panels) panel.faults.add({ fault: { kind: 'hang' } });
    },
    end: () => {
      for (const panel of site.panels) panel.faults.clear();
    },
  },
  {
    name: 'an API server that is stopped',
    begin: () => {
      sendTo(site.plane.pids.apiserver, 'SIGSTOP');
    },
    end: () => {
      sendTo(site.plane.pids.apiserver, 'SIGCONT');
    },
  },
  {
    name: 'a replica that is replaced',
    begin: () => site.replicas[0]?.stop(),
    end: () => site.replicas[0]?.start(),
  },
  { name: 'a database that is slow', database: 'slow', ...lineThat(300) },
  { name: 'a database that answers too late', database: 'away', ...lineThat(3000) },
  { name: 'a database whose connections are cut', database: 'away', ...lineThat('refuse') },
  { name: 'a database whose connections hang', database: 'away', ...lineThat('hang') },
  {
    name: 'a database that is stopped',
    database: 'away',
    begin: () => site.signalPostgres('SIGSTOP'),
    end: () => site.signalPostgres('SIGCONT'),
  },
  {
    name: 'a database that is killed',
    database: 'away',
    begin: () => site.signalPostgres('SIGKILL'),
    end: () => site.restartPostgres(),
  },
  {
    name: 'everything killed, and a replica started in the midst of it',
    database: 'away',
    async begin() {
      sendTo(site.plane.pids.apiserver, 'SIGKILL');
      sendTo(site.operator.pid, 'SIGKILL');
      await Promise.all(site.panels.map((panel) => panel.goOffline()));
      await site.signalPostgres('SIGKILL');
      const [first] = site.replicas;
      await first?.kill();
      await first?.start();
    },
    end: () => site.restartPostgres(),
  },
];

function lineThat(mode: Parameters<OutageSite['relay']['set']>[0]): Pick<Outage, 'begin' | 'end'> {
  return {
    begin: () => {
      site.relay.set(mode);
    },
    end: () => {
      site.relay.set('pass');
    },
  };
}

/** Probes come at least every five seconds, on a machine that is busy with other things. */
const patience = { timeoutMs: 90_000, intervalMs: 250 };
let nextCold = 0;

it(
  'whatever is killed, cut, stopped or slow: every answer is the whole right one, or says that nobody can tell now',
  async () => {
    await load.learn();
    load.start();
    const recoveries: string[] = [];
    await underLoad('all is well');
    for (const outage of outages) recoveries.push(...(await live(outage)));
    await underLoad('all is well again');
    await load.stop();
    for (const line of [...load.report(), ...recoveries]) console.error(line);
    if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
      await publishReliability({ sub_outage_answers: load.answers, sub_outage_wrong_answers: load.wrongCount });
    }
    expect(load.wrong).toEqual([]);
    for (const { name, database } of outages) {
      const { stale, unavailable } = load.countsOf(name);
      // An outage that nobody notices would prove nothing.
      if (database === 'away') expect(Math.min(stale, unavailable), name).toBeGreaterThan(0);
    }
  },
  5 * minutes + outages.length * seconds * 2000,
);

async function live({ name, begin, end, database }: Outage): Promise<string[]> {
  load.enter(name);
  if (database !== undefined) load.database = 'in between';
  await begin();
  if (database === 'away') {
    await waitUntil(`${name}: strangers are told so`, () => load.saysAway(), patience);
    load.database = 'away';
    await askCold(name, false);
  }
  await underLoad(name);
  if (database === 'away') load.database = 'in between';
  const endedMs = performance.now();
  await end();
  load.enter(`after ${name}`);
  if (database === undefined) return [];
  await waitUntil(`${name} is over: strangers are looked up`, () => load.looksUp(), patience);
  await waitUntil(`${name} is over: answers are fresh`, () => load.isFresh(), patience);
  load.database = 'answers';
  await askCold(name, true);
  expect(site.replicas.filter(({ hasEnded }) => hasEnded).map((replica) => replica.name)).toEqual([]);
  return [`${name}: ${((performance.now() - endedMs) / 1000).toFixed(1)} s from its end until all is as before`];
}

/** One of those who are in no memory yet, at each replica. */
async function askCold(name: string, isFound: boolean): Promise<void> {
  const customer = site.customers.cold[(nextCold += 1)];
  if (customer === undefined) throw new RangeError('there are too few customers for so many outages');
  for (const { url } of site.replicas) {
    if (isFound) await waitUntil(`${name}: who was never seen is served`, () => load.askCold(url, customer), patience);
    else await load.askCold(url, customer);
  }
}

async function underLoad(phase: string): Promise<void> {
  load.enter(phase);
  await delay(seconds * 1000);
  await waitUntil(`${phase}: enough was asked`, () => load.countsOf(phase).answers >= 50, patience);
}
