import { type VPNShop, vpnShops } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { KubeClient } from '../../kube/index.ts';
import { addAdmin, ensureShop } from '../../ledger/index.ts';
import { openStore } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import { demoSeller } from './demo-telegram.ts';
import { sampleNamespace, sampleShop } from './samples.ts';
import { waitFor } from './set-up-cluster.ts';

const readyWithinMs = 60_000;

/** Opens the demo's shop for test money, with the seller as its owner. Nothing happens where that was done before. */
export async function openDemoShop(databaseUrl: string): Promise<void> {
  const store = await openStore({
    databaseUrl,
    role: 'bot',
    poolSize: 2,
    applicationName: 'wayleave-up',
    log: silentLog,
  });
  try {
    const shop = await ensureShop(store, { namespace: sampleNamespace, name: sampleShop, mode: 'test' });
    const { id: telegramId, firstName: name } = demoSeller;
    await addAdmin(store, { shopId: shop.id, telegramId, name, role: 'owner', addedBy: 'wayleave up' });
  } finally {
    await store.close();
  }
}

export interface ShopWait {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Waits until the shop says how it is, and is ready unless somebody changed it. */
export async function waitForShop({
  client,
  clock,
  signal,
  progress,
}: ShopWait): Promise<{ result: void; say: string }> {
  let latest = 'the bot has not looked at it';
  let isReady = false;
  const look = async (): Promise<boolean> => {
    const shop = await client.find<VPNShop>(vpnShops, sampleNamespace, sampleShop, { signal });
    const ready = shop?.status?.conditions?.find(({ type }) => type === 'Ready');
    if (shop === undefined) latest = 'somebody deleted it';
    else if (ready !== undefined) latest = `${ready.reason}: ${ready.message}`;
    isReady = ready?.status === 'True';
    if (!isReady) progress(`waiting for shop ${sampleShop} (${latest})`);
    return isReady || shop === undefined;
  };
  try {
    await waitFor(`shop ${sampleShop} is ready`, readyWithinMs, { clock, signal }, look);
  } catch (error) {
    // A person may have changed it in an earlier run, and everything else is worth seeing.
    if (!(error instanceof CommandError)) throw error;
  }
  return { result: undefined, say: isReady ? `${sampleShop} sells` : `${sampleShop} is not ready: ${latest}` };
}
