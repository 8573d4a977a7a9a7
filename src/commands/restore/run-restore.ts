import { vpnPanels, vpnSubscriptions } from '../../api/index.ts';
import { systemClock, type Clock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { keyOf, type KubeClient, type KubeObject, loadKubeClient, type Resource } from '../../kube/index.ts';
import { declaredByHand, type DeclaredByHand, openStore, type Store } from '../../store/index.ts';
import { buildVersion } from '../build.ts';
import { exitCodes, type Host } from '../host.ts';
import { authorOf } from '../ledger/open-ledger.ts';
import { spanText } from '../ledger/words.ts';
import { withRunningUp } from '../running-up.ts';
import { awaitReady } from './await-ready.ts';
import { pauseShops } from './pause-shops.ts';
import { projectAll } from './project-all.ts';
import { ProgressLine } from './progress-line.ts';
import { requireTokenKey } from './token-key.ts';

export interface RestoreSettings {
  readonly reason: string;
  readonly author: string | undefined;
  readonly wait: boolean | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly databaseUrl: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  readonly data: string | undefined;
}

/** More than are carried at a time: whoever waits for one for 5 s fails. */
const poolSize = 28;

/** Brings back what was sold. @returns the exit code */
export async function runRestore(host: Host, settings: RestoreSettings): Promise<number> {
  const { databaseUrl, kubeconfig } = await withRunningUp(settings);
  const client = await loadKubeClient({
    kubeconfig,
    userAgent: `wayleave-restore/${buildVersion}`,
    log: silentLog,
    connections: 32,
  });
  try {
    const application = { applicationName: `wayleave-restore/${buildVersion}`, log: silentLog, poolSize };
    const store = await openStore({ databaseUrl, role: 'bot', ...application });
    try {
      await restoreAll(host, { client, store, settings, clock: systemClock });
      return exitCodes.success;
    } finally {
      await store.close();
    }
  } finally {
    await client.close();
  }
}

interface Restoring {
  readonly client: KubeClient;
  readonly store: Store;
  readonly settings: RestoreSettings;
  readonly clock: Clock;
}

async function restoreAll(host: Host, { client, store, settings, clock }: Restoring): Promise<void> {
  const { namespace, watchNamespace, reason, timeout } = settings;
  const startedMs = clock.monotonic();
  const say = (text: string): void => void host.stdout.write(`${text}\n`);
  const line = new ProgressLine(host.stdout, clock);
  const progress = line.show;
  await requireTokenKey(client, store, namespace);
  say('✓ the token key is that of all addresses');
  const shops = await pauseShops(store, watchNamespace, { author: authorOf(host, settings.author), reason });
  say(`✓ refunds of ${String(shops.length)} ${shops.length === 1 ? 'shop' : 'shops'} are paused`);
  const common = { client, watchNamespace, clock, progress, deadlineMs: startedMs + timeout };
  try {
    const { wanted, unknown } = await projectAll({ ...common, store, namespace });
    line.end();
    say(`✓ ${String(wanted)} sold subscriptions are in the cluster`);
    if (unknown > 0) {
      say(
        `! ${String(unknown)} resources were sold after the backup, and are left as they are: the ledger does not know them`,
      );
    }
    if (settings.wait === true) {
      await awaitReady(common);
      line.end();
      say('✓ panels hold everybody');
    }
  } finally {
    line.end();
  }
  sayMissing(say, await missingManifests(client, store, watchNamespace));
  say(`\ndone in ${spanText((clock.monotonic() - startedMs) / 1000)}`);
  for (const shop of shops) {
    say(
      `refunds of ${keyOf({ metadata: shop })} wait for you: docs/operations/restore.md says what to look at before "wayleave ledger refunds resume --shop ${keyOf({ metadata: shop })}"`,
    );
  }
}

/** What Postgres remembers, and only a manifest can bring back. */
async function missingManifests(
  client: KubeClient,
  store: Store,
  namespace: string | undefined,
): Promise<readonly DeclaredByHand[]> {
  const kinds: Readonly<Record<DeclaredByHand['kind'], Resource>> = {
    VPNPanel: vpnPanels,
    VPNSubscription: vpnSubscriptions,
  };
  const present = new Set<string>();
  for (const [kind, resource] of Object.entries(kinds)) {
    for await (const found of client.listAll<KubeObject>(resource, { namespace, metadataOnly: true })) {
      present.add(`${kind} ${keyOf(found)}`);
    }
  }
  const declared = await declaredByHand(store, namespace);
  return declared.filter((one) => !present.has(`${one.kind} ${keyOf({ metadata: one })}`));
}

const mostNamed = 20;

function sayMissing(say: (text: string) => void, missing: readonly DeclaredByHand[]): void {
  if (missing.length === 0) return;
  say(`! ${String(missing.length)} resources that were made by hand are not here; apply their manifests:`);
  for (const { kind, namespace, name } of missing.slice(0, mostNamed)) say(`    ${kind} ${namespace}/${name}`);
  if (missing.length > mostNamed) say(`    and ${String(missing.length - mostNamed)} more`);
}
