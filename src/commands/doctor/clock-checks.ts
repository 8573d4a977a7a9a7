import { inspectServer } from '../../store/index.ts';
import { outOfReach, type Check } from './finding.ts';
import { judgeClock } from './judge-clock.ts';
import type { Surroundings } from '../surroundings.ts';

/** Our clock against those that decide: Postgres' over money, the API server's over Leases. Panels tell theirs themselves. */
export function clockChecks({ cluster, database, clock }: Surroundings): readonly Check[] {
  const ofCluster = 'clock of the cluster';
  const ofDatabase = 'clock of Postgres';
  return [
    'why' in cluster
      ? outOfReach(ofCluster, 'the cluster is out of reach')
      : {
          name: ofCluster,
          look: async (signal) => {
            const askedMs = clock.now();
            const { date } = await cluster.it.raw('GET', '/version', { signal });
            // HTTP leaves the fraction of a second away.
            return [judgeClock(Date.parse(date ?? '') + 500, { askedMs, answeredMs: clock.now(), coarseMs: 500 })];
          },
        },
    'why' in database
      ? outOfReach(ofDatabase, 'the database is out of reach')
      : {
          name: ofDatabase,
          look: async () => {
            const askedMs = clock.now();
            const { nowMs } = await inspectServer(database.it);
            return [judgeClock(nowMs, { askedMs, answeredMs: clock.now(), coarseMs: 0 })];
          },
        },
  ];
}
