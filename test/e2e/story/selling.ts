import { vpnPanels, vpnPlans, vpnShops, vpnSubscriptions, type Condition } from '../../../src/api/index.ts';
import { describeError } from '../../../src/base/errors.ts';
import type { KubeObject, Resource } from '../../../src/kube/index.ts';
import { condition } from '../../support/world/conditions.ts';
import { ChatCustomer } from './chat-customer.ts';
import { readExample } from './examples.ts';
import type { Ground, Way } from './ground.ts';
import { readSecret } from './install.ts';
import { outsideName, outsidePorts, panelPath, soldAddress } from './outside-facts.ts';
import { resourceOf } from './resources.ts';
import { publicUrl, type Site } from './site.ts';
import { until, type Look, type Waiting } from './until.ts';

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export async function apply({ client }: Ground, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    await client.apply(resourceOf(object), object, { fieldManager: 'wayleave-story', force: true });
  }
}

async function waitForReady(
  { client }: Ground,
  { resource, namespace, name }: { readonly resource: Resource; readonly namespace: string; readonly name: string },
  waiting: Waiting,
): Promise<void> {
  await until(`${resource.kind} ${name}`, waiting, async (): Promise<Look<true>> => {
    const ready = condition(await client.get<Conditioned>(resource, namespace, name), 'Ready');
    if (ready?.status === 'True') return { found: true };
    const state = ready === undefined ? 'was not looked at yet' : `is ${ready.reason}: ${ready.message}`;
    return { waiting: `${resource.kind} ${name} ${state}` };
  });
}

/** Applies the examples of a panel, a plan and a shop. Resolves when all of them are ready. */
export async function openShop(ground: Ground, site: Site, waiting: Waiting): Promise<void> {
  for (const file of ['panel.yaml', 'plan.yaml', 'shop-secrets.yaml', 'shop.yaml'] as const) {
    await apply(ground, await readExample(file, site));
  }
  const { namespace } = site;
  await waitForReady(ground, { resource: vpnPanels, namespace, name: 'amsterdam' }, waiting);
  await waitForReady(ground, { resource: vpnPlans, namespace, name: 'eu-month' }, waiting);
  await waitForReady(ground, { resource: vpnShops, namespace, name: 'example' }, waiting);
}

/** Makes the example of a subscription by hand. @returns its address, once it is on the panel */
export async function subscribe(ground: Ground, site: Site, waiting: Waiting): Promise<string> {
  const { namespace } = site;
  await apply(ground, await readExample('subscription.yaml', site));
  await waitForReady(ground, { resource: vpnSubscriptions, namespace, name: 'dora' }, waiting);
  return until('the address', waiting, async (): Promise<Look<string>> => {
    const url = (await readSecret(ground, namespace, 'dora-connection'))?.['url'];
    return url === undefined ? { waiting: 'there is no Secret dora-connection' } : { found: url };
  });
}

/** Somebody buys a month for Stars, as people do. @returns the address that the bot sends */
export async function buy(ground: Ground, site: Site, waiting: Waiting): Promise<string> {
  const chat = await ground.reach(outsideWay(site, 'telegram'));
  try {
    const anna = await ChatCustomer.arrive(chat.url, 'Anna', waiting);
    await anna.sends('/buy');
    await anna.presses(/^One month/);
    await anna.presses(/Telegram Stars/);
    await anna.pays();
    return await anna.reads(/https:\/\/\S+\/sub\/[\w-]+/);
  } finally {
    await chat.stop();
  }
}

/**
 * What a phone gets at an address: the service behind its name is reached, not the name.
 *
 * A way that is cut is taken again, because `kubectl port-forward` may lead to a pod that is about to end. An answer is not
 * asked for twice.
 */
export async function fetchList(ground: Ground, { system }: Site, address: string, waiting: Waiting): Promise<string> {
  if (!address.startsWith(`${publicUrl}/`)) throw new Error('the address does not begin with publicUrl');
  const way = { namespace: system, service: 'wayleave-subscriptions', port: 80, podPort: 9080 };
  const { status, text } = await until('the subscription service', waiting, async () => {
    const front = await ground.reach(way);
    try {
      const answer = await fetch(`${front.url}${address.slice(publicUrl.length)}`);
      return { found: { status: answer.status, text: await answer.text() } };
    } catch (error) {
      return { waiting: describeError(error) };
    } finally {
      await front.stop();
    }
  });
  if (status !== 200) throw new Error(`the subscription service answered ${status}: ${text.slice(0, 200)}`);
  return Buffer.from(text, 'base64').toString('utf8').trim();
}

/** @throws Error when a list is not what is sold */
export function expectSold(list: string): void {
  const lines = list.split('\n');
  const right = lines.filter((line) => line.startsWith('vless://') && line.includes(`@${soldAddress}:`));
  if (right.length !== 1 || lines.length !== 1) {
    throw new Error(
      `a phone should get one link to ${soldAddress} and gets ${lines.length} lines, ${right.length} of them right`,
    );
  }
}

/** Asks the panel itself, past the product. @returns how many clients of ours are on it */
export async function countOnPanel(ground: Ground, site: Site): Promise<number> {
  const panel = await ground.reach(outsideWay(site, 'panel'));
  try {
    const answer = await fetch(`${panel.url}${panelPath}panel/api/inbounds/list`, {
      headers: { authorization: `Bearer ${site.panelToken}` },
    });
    // Each stands in the settings of its inbound and in the panel's statistics.
    return new Set((await answer.text()).match(/\bwl-[\w-]+/g)).size;
  } finally {
    await panel.stop();
  }
}

function outsideWay({ namespace }: Site, what: keyof typeof outsidePorts): Way {
  return { namespace, service: outsideName, port: outsidePorts[what], podPort: outsidePorts[what] };
}
