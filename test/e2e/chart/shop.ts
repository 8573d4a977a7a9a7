import { vi } from 'vitest';
import {
  labels,
  vpnPanels,
  vpnPlans,
  vpnShops,
  vpnSubscriptions,
  type VPNPlan,
  type VPNSubscription,
} from '../../../src/api/index.ts';
import type { KubeClient, KubeObject, Resource } from '../../../src/kube/index.ts';
import { panelSecret, secretResource, vpnPanel, vpnPlan, vpnSubscription } from '../../support/manifests.ts';
import { botSecret, vpnShop } from '../../support/shops.ts';
import { pays } from '../../support/shop-world/people.ts';
import { startThreeXuiSimulator, type ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import {
  startTelegramSimulator,
  type Customer,
  type TelegramSimulator,
} from '../../support/simulators/telegram/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { modelInbounds } from '../../support/world/world.ts';

export const soon = { timeout: 180_000, interval: 100 };

/** Who sells, in a namespace of its own: a panel, a trial, a month, and a bot. */
export interface Shop {
  readonly namespace: string;
  readonly telegram: TelegramSimulator;
  readonly panel: ThreeXuiSimulator;
  apply(resource: Resource, object: KubeObject): Promise<void>;
  patch(resource: Resource, name: string, patch: object): Promise<void>;
  /** By the bot; the only one that there is. */
  sold(): Promise<VPNSubscription | undefined>;
  becomes(name: string, state: string): Promise<VPNSubscription>;
  /** Puts the panel, the plans and the shop into the cluster, and waits until they can be sold. */
  open(): Promise<void>;
  end(): Promise<void>;
}

const sold = { matchLabels: { [labels.demo]: 'true' } };

/** Outside of the cluster: a panel and Telegram. */
export async function createShop(client: KubeClient, namespace: string): Promise<Shop> {
  const telegram = await startTelegramSimulator();
  const panel = await startThreeXuiSimulator({ version: '3.6.0', inbounds: modelInbounds() });
  const apply = async (resource: Resource, object: KubeObject): Promise<void> => {
    await client.apply<KubeObject>(resource, object, { fieldManager: 'test', force: true });
  };
  const named = (name: string): { name: string; namespace: string } => ({ name, namespace });
  return {
    namespace,
    telegram,
    panel,
    apply,
    async patch(resource, name, patch) {
      const group = resource.group === '' ? '/api' : `/apis/${resource.group}`;
      const path = `${group}/${resource.version}/namespaces/${namespace}/${resource.plural}/${name}`;
      const answer = await client.raw('PATCH', path, { body: patch, contentType: 'application/merge-patch+json' });
      if (answer.status >= 300) throw new Error(`patching ${name}: ${JSON.stringify(answer.body)}`);
    },
    async sold() {
      const { items } = await client.list<VPNSubscription>(vpnSubscriptions, { namespace });
      return items.find(({ metadata }) => metadata.name.startsWith('sub-'));
    },
    becomes(name, state) {
      return vi.waitFor(async () => {
        const found = await client.get<VPNSubscription>(vpnSubscriptions, namespace, name);
        if (stateOf(found) !== state) throw new Error(`${name} is ${stateOf(found)}`);
        return found;
      }, soon);
    },
    async open() {
      await apply(secretResource, panelSecret(named('nl'), { token: panel.token }));
      await apply(
        vpnPanels,
        vpnPanel({ ...named('nl'), labels: { [labels.demo]: 'true' } }, { url: panel.url, pollIntervalSeconds: 5 }),
      );
      await apply(
        vpnPlans,
        vpnPlan(named('month'), { panelSelector: sold, prices: [{ currency: 'XTR', amount: '150' }] }),
      );
      await apply(secretResource, botSecret(named('bot'), { token: telegram.token }));
      const bot = { tokenSecretRef: { name: 'bot' } };
      await apply(vpnShops, vpnShop(named('main'), { mode: 'Test', bot }));
      await vi.waitFor(async () => {
        const plan = await client.get<VPNPlan>(vpnPlans, namespace, 'month');
        if (plan.status?.sellable !== true) throw new Error(`the plan cannot be sold: ${stateOf(plan, 'Sellable')}`);
        const shop = await client.get(vpnShops, namespace, 'main');
        if (stateOf(shop as never) !== 'True/Ready') throw new Error(`the shop is ${stateOf(shop as never)}`);
      }, soon);
    },
    async end() {
      await telegram.stop();
      await panel.stop();
    },
  };
}

/** There is one way to pay, so nobody is asked for it. */
export async function buysTheMonth(customer: Customer): Promise<void> {
  const patient = { timeoutMs: 180_000 };
  await customer.sends('/buy');
  await customer.seesMessage(({ buttons }) => buttons.some((text) => text.startsWith('A month')), patient, 'a plan');
  await customer.tap(/^A month/, patient);
  await customer.seesMessage(({ invoice }) => invoice !== undefined, patient, 'an invoice');
  await pays(customer);
}

/** A subscription that a person makes, with its address in a Secret. */
export function handMade(name: string, namespace: string): KubeObject {
  return vpnSubscription({ name, namespace }, { panelSelector: sold, writeConnectionSecret: true });
}
