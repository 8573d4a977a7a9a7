import { Counter, Gauge, type Registry } from 'prom-client';

export interface SnapshotMetrics {
  written(documents: number, bytes: number, atSeconds: number): void;
  failed(): void;
  loaded(documents: number): void;
}

/** Served whether there is a snapshot or not, as 0. */
export function createSnapshotMetrics(registry: Registry): SnapshotMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const documents = gauge('wayleave_sub_snapshot_documents', 'Documents in the latest snapshot on disk.');
  const bytes = gauge('wayleave_sub_snapshot_bytes', 'Size of the latest snapshot on disk.');
  const at = gauge(
    'wayleave_sub_snapshot_last_success_timestamp_seconds',
    'When the latest snapshot was written; 0 before the first, and where none is asked for.',
  );
  const loaded = gauge('wayleave_sub_snapshot_loaded_documents', 'Documents that the snapshot brought at the start.');
  const failures = new Counter({
    name: 'wayleave_sub_snapshot_failures_total',
    help: 'Snapshots that could not be written.',
    registers,
  });
  return {
    written(count, size, atSeconds) {
      documents.set(count);
      bytes.set(size);
      at.set(atSeconds);
    },
    failed: () => {
      failures.inc();
    },
    loaded: (count) => {
      loaded.set(count);
    },
  };
}
