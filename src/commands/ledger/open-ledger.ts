import { hostname, userInfo } from 'node:os';
import { silentLog } from '../../base/log.ts';
import { openStore, type Store } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { withRunningUp } from '../running-up.ts';

export interface LedgerCall {
  readonly databaseUrl: string | undefined;
  readonly data: string | undefined;
}

/**
 * Opens the database with the rights of the shop, for as long as `action` takes. Needs no cluster.
 *
 * @throws UsageError when no database is named and none runs beside; StoreError
 */
export async function withLedger<Result>(
  host: Host,
  { databaseUrl, data }: LedgerCall,
  action: (store: Store) => Promise<Result>,
): Promise<Result> {
  // A kubeconfig of another cluster means another shop than the one of a "wayleave up" that happens to run here.
  const kubeconfig = host.env['KUBECONFIG'] || undefined;
  const connections = await withRunningUp({ databaseUrl, kubeconfig, data });
  const store = await openStore({
    databaseUrl: connections.databaseUrl,
    role: 'bot',
    log: silentLog,
    poolSize: 2,
    applicationName: 'wayleave-ledger',
  });
  try {
    return await action(store);
  } finally {
    await store.close();
  }
}

/** How the ledger names the person at this terminal: `cli:ann@ops-1`. */
export function authorOf(host: Host, given: string | undefined): string {
  const user = host.env['USER'] || host.env['LOGNAME'] || userInfo().username;
  return `cli:${given ?? `${user}@${hostname()}`}`;
}

/** Characters in a line of what is shown. */
export function widthOf({ stdout }: Host): number {
  return Math.max(80, Math.min(stdout.columns ?? 100, 120));
}
