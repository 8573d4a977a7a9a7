import { Counter, type Registry } from 'prom-client';

export interface UsageMetrics {
  readonly writeFailed: () => void;
  readonly warmed: (documents: number) => void;
}

export function createUsageMetrics(registry: Registry): UsageMetrics {
  const registers = [registry];
  const failures = new Counter({
    name: 'wayleave_sub_usage_write_failures_total',
    help: 'Batches of recently used addresses and devices that could not be written; they are tried again.',
    registers,
  });
  const warmed = new Counter({
    name: 'wayleave_sub_warmed_documents_total',
    help: 'Documents that were read in advance after the start.',
    registers,
  });
  return {
    writeFailed: () => {
      failures.inc();
    },
    warmed: (documents) => {
      warmed.inc(documents);
    },
  };
}
