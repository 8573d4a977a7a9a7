import { clockChecks } from './clock-checks.ts';
import { clusterChecks } from './cluster-checks.ts';
import { databaseChecks } from './database-checks.ts';
import type { Finding } from './finding.ts';
import { nameCheck } from './name-check.ts';
import { panelChecks } from './panel-checks.ts';
import { queueChecks } from './queue-checks.ts';
import { rightsChecks } from './rights-check.ts';
import { runChecks } from './run-checks.ts';
import { serviceChecks } from './service-checks.ts';
import { shopChecks } from './shop-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** Looks at everything that is within reach. @param limitMs of each check */
export function examine(around: Surroundings, limitMs: number): Promise<readonly Finding[]> {
  const checks = [
    ...clusterChecks(around),
    ...rightsChecks(around),
    ...databaseChecks(around),
    ...panelChecks(around),
    ...shopChecks(around),
    ...queueChecks(around),
    ...serviceChecks(around),
    ...clockChecks(around),
    nameCheck(around),
  ];
  return runChecks(checks, { limitMs, clock: around.clock });
}
