import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import { type ClientFamily, clientFamilies } from './families.ts';
import { type LockoutReason, lockoutReasons } from '../formats/client-core.ts';
import type { Standing } from './standing.ts';

/** How a request ended. A standing means that the customer got a list or a notice. */
export type Outcome =
  | Exclude<Standing, 'unknown'>
  | 'not_modified'
  | 'miss'
  | 'bad_format'
  | 'limited_address'
  | 'limited_token'
  | 'unavailable'
  | 'error';

const outcomes: readonly Outcome[] = [
  'active',
  'preparing',
  'expired',
  'limited',
  'suspended',
  'denied',
  'moved',
  'full',
  'not_modified',
  'miss',
  'bad_format',
  'limited_address',
  'limited_token',
  'unavailable',
  'error',
];

/** What a reading is expected to fail with; anything else gets its series when it happens. */
const sourceErrorCodes = [
  'STORE_UNREACHABLE',
  'STORE_TIMEOUT',
  'STORE_FULL',
  'STORE_LOGIN_REFUSED',
  'STORE_RIGHTS',
  'STORE_QUERY',
  'STORE_NONSENSE',
  'SUB_SOURCE_TIMEOUT',
  'UNKNOWN',
];

export interface ServiceMetrics {
  /** An app got fewer servers than there are, for these reasons. */
  lockedOut(family: ClientFamily, reasons: readonly LockoutReason[]): void;
  request(outcome: Outcome, family: ClientFamily, seconds: number): void;
  staleAnswer(ageSeconds: number): void;
  sourceError(code: string): void;
  sourceFailing(failing: boolean): void;
}

/** @param cacheSize read at each scrape */
export function createServiceMetrics(registry: Registry, cacheSize: () => number): ServiceMetrics {
  // Counted here and handed over at each scrape: prom-client hashes labels at each increment, which would cost a tenth of
  // a whole answer.
  const counts = new Map(outcomes.map((outcome) => [outcome, new Map(clientFamilies.map((family) => [family, 0]))]));
  const registers = [registry];
  new Counter({
    name: 'wayleave_sub_requests_total',
    help: 'Requests to the subscription service by how they ended and which family of apps asked.',
    labelNames: ['outcome', 'family'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, families] of counts) {
        for (const [family, count] of families) this.inc({ outcome, family }, count);
      }
    },
  });
  const lockouts = new Map(
    clientFamilies.map((family) => [family, new Map(lockoutReasons.map((reason) => [reason, 0]))]),
  );
  new Counter({
    name: 'wayleave_sub_locked_out_total',
    help: 'Answers that left out servers which the asking app cannot use, by family of apps and why; one that left out several for one reason counts once.',
    labelNames: ['family', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [family, reasons] of lockouts) {
        for (const [reason, count] of reasons) this.inc({ family, reason }, count);
      }
    },
  });
  new Gauge({
    name: 'wayleave_sub_cache_entries',
    help: 'Tokens whose last complete document is in memory.',
    registers,
    collect() {
      this.set(cacheSize());
    },
  });
  const duration = new Histogram({
    name: 'wayleave_sub_request_duration_seconds',
    help: 'From the request’s headers to the answer being handed to the socket.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const stale = new Counter({
    name: 'wayleave_sub_stale_answers_total',
    help: 'Answers from memory that could not be checked against the database.',
    registers,
  });
  const age = new Gauge({
    name: 'wayleave_sub_cache_age_seconds',
    help: 'Age of what the latest stale answer was made of; 0 while the database answers.',
    registers,
  });
  const sourceErrors = new Counter({
    name: 'wayleave_sub_source_errors_total',
    help: 'Failed readings from the database by error code.',
    labelNames: ['code'],
    registers,
  });
  for (const code of sourceErrorCodes) sourceErrors.inc({ code }, 0);
  const failing = new Gauge({
    name: 'wayleave_sub_source_failing',
    help: '1 while the database does not answer and known tokens get their last complete answer.',
    registers,
  });
  let isSourceFailing = false;
  return {
    request(outcome, family, seconds) {
      const families = counts.get(outcome);
      families?.set(family, (families.get(family) ?? 0) + 1);
      duration.observe(seconds);
    },
    lockedOut(family, reasons) {
      const counted = lockouts.get(family);
      for (const reason of reasons) counted?.set(reason, (counted.get(reason) ?? 0) + 1);
    },
    staleAnswer(ageSeconds) {
      stale.inc();
      // One that is sent for another reason would stand there until the next outage ends.
      if (isSourceFailing) age.set(ageSeconds);
    },
    sourceError(code) {
      sourceErrors.inc({ code });
    },
    sourceFailing(isFailing) {
      isSourceFailing = isFailing;
      failing.set(isFailing ? 1 : 0);
      if (!isFailing) age.set(0);
    },
  };
}
