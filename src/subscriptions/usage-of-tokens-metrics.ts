import { Counter, type Registry } from 'prom-client';

import { forgetfulTables, type Forgotten } from './records.ts';

export interface UsageMetrics {
  readonly writeFailed: () => void;
  readonly forgot: (rows: Forgotten['rows']) => void;
  readonly warmed: (documents: number) => void;
}

export function createUsageMetrics(registry: Registry): UsageMetrics {
  const registers = [registry];
  const failures = new Counter({
    name: 'wayleave_sub_usage_write_failures_total',
    help: 'Batches of recently used addresses and devices that could not be written, or deleted once they are old; they are tried again.',
    registers,
  });
  const forgotten = new Counter({
    name: 'wayleave_sub_forgotten_rows_total',
    help: 'Addresses and devices that were not used for so long that what was noted of them was deleted, by table.',
    labelNames: ['table'],
    registers,
  });
  for (const table of forgetfulTables) forgotten.inc({ table }, 0);
  const warmed = new Counter({
    name: 'wayleave_sub_warmed_documents_total',
    help: 'Documents that were read in advance after the start.',
    registers,
  });
  return {
    writeFailed: () => {
      failures.inc();
    },
    forgot: (rows) => {
      for (const table of forgetfulTables) forgotten.inc({ table }, rows[table]);
    },
    warmed: (documents) => {
      warmed.inc(documents);
    },
  };
}
