import { describeError } from '../../src/base/errors.ts';
import type { Screen } from '../../src/commands/up/screen.ts';
import { runStep } from '../../src/commands/up/shutdown.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import type { Ground } from '../../test/e2e/story/ground.ts';
import { makeSite } from '../../test/e2e/story/site.ts';
import { playStory, type PlayStep } from '../../test/e2e/story/story.ts';
import { tearDown } from '../../test/e2e/story/tear-down.ts';
import { reportPods } from './pod-report.ts';
import { preflight } from './preflight.ts';

export interface Performance {
  readonly screen: Screen;
  readonly client: KubeClient;
  /** The cluster as of `signal`: the tear-down after Ctrl-C has a signal of its own. */
  readonly ground: (signal: AbortSignal) => Ground;
  /** The cluster, for the person. */
  readonly where: string;
  readonly system: string;
  readonly databaseUrl: string | undefined;
  /** Whether what the story made stays: it was asked to, or its whole cluster goes. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

/** Plays the story on a cluster and leaves the cluster as it was. @throws the first failure, also of the tear-down */
export async function perform(performance: Performance): Promise<void> {
  const { screen, client, where, system, keep, signal } = performance;
  const step: PlayStep = (title, work) => runStep(screen, title, work);
  const { leftovers } = await step('Cluster', async () => {
    const found = await preflight(client, { where, system });
    return { result: found, say: `Kubernetes ${found.version}, ${where}` };
  });
  const sweep = (title: string): Promise<void> => sweepUp(performance, step, title);
  if (leftovers.namespaces.length + leftovers.definitions.length > 0) await sweep('Left over');
  let failure: Error | undefined;
  try {
    const site = makeSite(system);
    const { databaseUrl } = performance;
    await playStory({ ground: performance.ground(signal), site, databaseUrl, step, signal });
  } catch (error) {
    failure = error as Error;
    const report = signal.aborted ? '' : await reportPods(client, system).catch(describeError);
    if (report !== '') screen.line(report);
  }
  if (!keep)
    await sweep('Tear-down').catch((error: unknown) => {
      // What went wrong first is what the person wants to know; the tear-down's line is on the screen.
      failure ??= error as Error;
    });
  if (failure !== undefined) throw failure;
}

async function sweepUp({ ground, system }: Performance, step: PlayStep, title: string): Promise<void> {
  // Until it is done, or a second Ctrl-C ends the process.
  const { signal } = new AbortController();
  await step(title, async (progress) => {
    await tearDown(ground(signal), { system }, { signal, progress });
    return { result: undefined, say: 'nothing of the story is left in the cluster' };
  });
}
