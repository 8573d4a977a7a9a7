import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { labels, vpnPanels, vpnPlans, vpnShops, vpnSubscriptions } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { loadKubeClient, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import { startControlPlane } from '../control-plane.ts';
import { panelSecret, secretResource, vpnPanel, vpnPlan, vpnSubscription } from '../manifests.ts';
import { startRealPanel } from '../panels.ts';
import { botSecret, vpnShop } from '../shops.ts';
import {
  demoInbounds,
  startThreeXuiSimulator,
  type InboundDraft,
  type ThreeXuiSimulator,
} from '../simulators/3x-ui/index.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from '../toolchain.ts';
import { Backdoor } from '../../integration/panels/backdoor.ts';
import { addDrafts } from '../../integration/panels/panel-under-test.ts';
import { freePort } from '../processes.ts';
import type { startRealityTarget } from '../xray-client.ts';

export interface Cluster {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  stop(): Promise<void>;
}

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };
const fieldManager = 'gitops';

/** A cluster with our definitions and one empty namespace. */
export async function startCluster(directory: string, namespace: string): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  const plane = await startControlPlane({ binaries: await ensureTools(CONTROL_PLANE_TOOLS), directory });
  const folder = path.resolve(import.meta.dirname, '../../../crds');
  await plane.applyCrds((await readdir(folder)).map((name) => path.join(folder, name)));
  const client = await loadKubeClient({ kubeconfig: plane.kubeconfig, log: silentLog, userAgent: 'drill' });
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return {
    kubeconfig: plane.kubeconfig,
    client,
    async stop() {
      await client.close();
      await plane.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a panel is made of whenever it is made anew: the same ports and keys, so that documents on phones stay true. */
export interface PanelPlans {
  readonly nl: readonly InboundDraft[];
  readonly de: readonly InboundDraft[];
}

export async function planPanels(target: Awaited<ReturnType<typeof startRealityTarget>>): Promise<PanelPlans> {
  const draft = async (): Promise<readonly InboundDraft[]> =>
    demoInbounds({
      ports: { reality: await freePort(), ws: await freePort() },
      realityTarget: target.address,
      serverNames: [target.serverName],
    });
  return { nl: await draft(), de: await draft() };
}

export interface Panels {
  /** A real 3x-ui v2.9.4. */
  readonly nl: { readonly url: string; readonly username: string; readonly password: string };
  /** A simulated v3.6.0 with a real Xray. */
  readonly de: ThreeXuiSimulator;
  stop(): Promise<void>;
}

/** Two panels without a client. */
export async function startPanels(plans: PanelPlans, xray: string): Promise<Panels> {
  const nl = await startRealPanel();
  const backdoor = await Backdoor.open(nl);
  await addDrafts(backdoor, plans.nl);
  await backdoor.raw.close();
  const de = await startThreeXuiSimulator({ version: '3.6.0', xray: { binary: xray }, inbounds: plans.de });
  return {
    nl,
    de,
    async stop() {
      await de.stop();
      await nl.stop();
    },
  };
}

type Manifest = readonly [resource: Resource, object: KubeObject];

/** What the seller keeps in git and in his vault; only addresses and credentials of panels change when those are made anew. */
export function manifestsOf(namespace: string, panels: Panels, botToken: string): readonly Manifest[] {
  const { nl, de } = panels;
  const named = (name: string): KubeObject['metadata'] => ({ name, namespace });
  const onSale = { [labels.demo]: 'true' };
  const poll = { pollIntervalSeconds: 5 };
  return [
    [secretResource, panelSecret(named('nl'), { username: nl.username, password: nl.password })],
    [secretResource, panelSecret(named('de'), { token: de.token })],
    [secretResource, botSecret(named('bot'), { token: botToken })],
    [vpnPanels, vpnPanel({ ...named('nl'), labels: onSale }, { url: nl.url, location: 'NL', ...poll })],
    [vpnPanels, vpnPanel({ ...named('de'), labels: onSale }, { url: de.url, location: 'DE', ...poll })],
    [
      vpnPlans,
      vpnPlan(named('month'), { panelSelector: { matchLabels: onSale }, prices: [{ currency: 'XTR', amount: '150' }] }),
    ],
    [vpnShops, vpnShop(named('main'), { mode: 'Test' })],
  ];
}

/** A subscription that no ledger sold: only its manifest can bring it back. */
export function byHand(namespace: string): Manifest {
  const spec = {
    panelSelector: { matchLabels: { [labels.demo]: 'true' } },
    expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    writeConnectionSecret: true,
  };
  return [vpnSubscriptions, vpnSubscription({ name: 'alice', namespace }, spec)];
}

export async function applyAll(client: KubeClient, manifests: readonly Manifest[]): Promise<void> {
  for (const [resource, object] of manifests) await client.apply(resource, object, { fieldManager, force: true });
}
