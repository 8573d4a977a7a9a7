import { vpnSubscriptions } from '../../../src/api/index.ts';
import { namespaces } from '../../../src/controllers/kube-resources.ts';
import type { KubeObject } from '../../../src/kube/index.ts';
import type { Ground } from './ground.ts';
import { giveDatabase, helmOnRelease, readSecret, storyValues } from './install.ts';
import { outsideName } from './outside-facts.ts';
import { bundleOutside, outsideObjects, wayToTelegram } from './outside-pod.ts';
import { deployments } from './resources.ts';
import { waitForPod, waitForRollout } from './rollout.ts';
import { apply, buy, countOnPanel, expectSold, fetchList, openShop, subscribe } from './selling.ts';
import { marksOf, type Site } from './site.ts';
import type { Waiting } from './until.ts';

/** Runs one act: its line on the screen while it lasts, and what `work` says at its end. */
export type PlayStep = <T>(
  title: string,
  work: (progress: (text: string) => void) => Promise<{ readonly result: T; readonly say: string }>,
) => Promise<T>;

export interface Story {
  readonly ground: Ground;
  readonly site: Site;
  /** Of a Postgres with an empty database; without one the chart brings its own. */
  readonly databaseUrl: string | undefined;
  readonly step: PlayStep;
  readonly signal: AbortSignal;
}

/** Part of every pod's template, so that another value is another pod. */
const marked = (values: object, story: string): object => ({ ...values, pods: { annotations: { story } } });

/**
 * Plays the story to its end, which leaves the release uninstalled and what it keeps in place.
 *
 * @throws Error for the first thing that is not as a person who follows the documentation should find it
 */
export async function playStory(story: Story): Promise<void> {
  const { ground, site, databaseUrl, signal } = story;
  const { client } = ground;
  const values = storyValues(site, databaseUrl !== undefined);
  const act = <T>(title: string, work: (waiting: Waiting) => Promise<{ result: T; say: string }>): Promise<T> => {
    signal.throwIfAborted();
    return story.step(title, (progress) => work({ signal, progress }));
  };

  await act('Namespaces', async () => {
    await makeNamespaces(ground, site);
    if (databaseUrl !== undefined) await giveDatabase(ground, site, databaseUrl);
    return { result: undefined, say: `${site.system} and ${site.namespace}, held to Pod Security's level restricted` };
  });
  await act('helm install', async () => {
    await helmOnRelease(ground, 'install', site, marked(values, 'installed'));
    return {
      result: undefined,
      say: databaseUrl === undefined ? 'with a Postgres of its own' : 'with the Postgres given',
    };
  });
  await act('Rollout', async (waiting) => ({
    result: undefined,
    say: await waitForRollout(client, site.system, waiting),
  }));
  await act('Panel, Telegram', async (waiting) => {
    await putOutside(ground, site);
    await waitForPod(client, { namespace: site.namespace, name: outsideName }, waiting);
    return { result: undefined, say: `simulated, pod ${outsideName}` };
  });
  await act('Shop', async (waiting) => {
    await openShop(ground, site, waiting);
    return { result: undefined, say: 'panel, plan and shop of examples/ are ready' };
  });
  const handMade = await act('Subscription', async (waiting) => {
    const address = await subscribe(ground, site, waiting);
    expectSold(await fetchList(ground, site, address, waiting));
    return { result: address, say: 'made by hand, ready, its link brings the panel' };
  });
  await act('Purchase', async (waiting) => {
    const bought = await buy(ground, site, waiting);
    expectSold(await fetchList(ground, site, bought, waiting));
    const count = await countOnPanel(ground, site);
    if (count !== 2) throw new Error(`two customers should be on the panel, and ${count} are`);
    return { result: undefined, say: 'in the chat, for Stars; both customers are on the panel' };
  });
  await act('helm test', async () => {
    await helmOnRelease(ground, 'test', site);
    return { result: undefined, say: 'every part says that it can do its work' };
  });
  await act('helm upgrade', async (waiting) => {
    const before = await fetchList(ground, site, handMade, waiting);
    await helmOnRelease(ground, 'upgrade', site, marked(values, 'upgraded'));
    const says = await waitForRollout(client, site.system, waiting);
    if ((await fetchList(ground, site, handMade, waiting)) !== before)
      throw new Error('a phone gets another list than before');
    return { result: undefined, say: `${says}; phones get the same` };
  });
  await act('helm uninstall', async () => {
    const key = await readSecret(ground, site.system, 'wayleave-token-key');
    await helmOnRelease(ground, 'uninstall', site);
    const kept = await readSecret(ground, site.system, 'wayleave-token-key');
    if (key === undefined || JSON.stringify(kept) !== JSON.stringify(key)) throw new Error('the token key is not kept');
    const { items } = await client.list(vpnSubscriptions, { namespace: site.namespace });
    if (items.length !== 2) throw new Error(`both subscriptions should be kept, and ${items.length} are`);
    return { result: undefined, say: 'the token key and both subscriptions are kept' };
  });
}

async function makeNamespaces({ client }: Ground, { system, namespace }: Site): Promise<void> {
  const labels = { ...marksOf(system), 'pod-security.kubernetes.io/enforce': 'restricted' };
  for (const name of [system, namespace]) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
}

interface Operator extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly image: string }[];
      };
    };
  };
}

/** On the image that the chart's values came to: the nodes have it by now. */
async function putOutside(ground: Ground, site: Site): Promise<void> {
  const { client } = ground;
  const operator = await client.get<Operator>(deployments, site.system, 'wayleave-operator');
  const image = operator.spec.template.spec.containers[0]?.image ?? '';
  await apply(ground, [wayToTelegram(site.system), ...outsideObjects({ ...site, image }, await bundleOutside())]);
}
