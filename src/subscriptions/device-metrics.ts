import { Counter, type Registry } from 'prom-client';

import type { Admission } from './device-gate.ts';

const admissions: readonly Admission[] = ['uncounted', 'unsupported', 'known', 'registered', 'open', 'full'];

export interface DeviceMetrics {
  admission(admission: Admission): void;
  /** @param error absent when the registration took too long */
  registrationFailed(error: unknown): void;
}

export function createDeviceMetrics(registry: Registry): DeviceMetrics {
  const counts = new Map(admissions.map((admission) => [admission, 0]));
  new Counter({
    name: 'wayleave_sub_devices_total',
    help: 'Answers by what the device limit made of them: full is a notice instead of the list, open was let in uncounted.',
    labelNames: ['admission'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [admission, count] of counts) this.inc({ admission }, count);
    },
  });
  const failures = new Counter({
    name: 'wayleave_sub_device_registration_failures_total',
    help: 'Devices that could not be counted in time, because the database failed or was slow.',
    labelNames: ['cause'],
    registers: [registry],
  });
  for (const cause of ['error', 'timeout']) failures.inc({ cause }, 0);
  return {
    admission(admission) {
      counts.set(admission, (counts.get(admission) ?? 0) + 1);
    },
    registrationFailed(error) {
      failures.inc({ cause: error === undefined ? 'timeout' : 'error' });
    },
  };
}
