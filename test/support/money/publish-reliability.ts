import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../../../docs/reliability.json');

/** Writes counts into the published figures; what other suites wrote stays. */
export async function publishReliability(counts: Readonly<Record<string, number>>): Promise<void> {
  const units: Readonly<Record<string, string>> = {
    payment_histories: 'histories',
    crash_schedules: 'schedules',
    restore_10k_s: 's',
    paid_not_provisioned: 'orders',
    granted_twice: 'grants',
    charges_unrecorded: 'charges',
    foreign_refunds: 'refunds',
    documents_refused_by_real_parsers: 'documents',
    sub_fuzz_requests: 'requests',
    sub_fuzz_failures: 'failures',
    sub_outage_answers: 'answers',
    sub_outage_wrong_answers: 'answers',
    upgrade_requests: 'requests',
    upgrade_failed_requests: 'requests',
    upgrade_payments: 'payments',
    upgrade_lost_webhooks: 'webhooks',
    upgrade_refused_webhooks: 'webhooks',
    failover_graceful_s: 's',
    failover_killed_s: 's',
  };
  const known = await readKnown();
  const figures = Object.entries(counts).map(([name, value]) => [name, { value, unit: units[name] ?? '' }]);
  await writeFile(file, `${JSON.stringify({ ...known, ...Object.fromEntries(figures) }, null, 2)}\n`);
}

async function readKnown(): Promise<object> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as object;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
