import path from 'node:path';
import { silentLog } from '../src/base/log.ts';
import { runStep } from '../src/commands/up/shutdown.ts';
import { loadKubeClient } from '../src/kube/index.ts';
import { asksForHelp, imageFlags, parseKindArguments } from './e2e/arguments.ts';
import { clusterGround } from './e2e/cluster-ground.ts';
import { kindHelp } from './e2e/help.ts';
import {
  buildLoadableImage,
  createKindCluster,
  deleteKindCluster,
  kindImage,
  loadImage,
  refuseExisting,
} from './e2e/kind-cluster.ts';
import { perform } from './e2e/perform.ts';
import { findClusterPrograms, requireKind } from './e2e/programs.ts';
import { onStage, type Stage } from './e2e/stage.ts';

/** Ours in a cluster of our own. */
const system = 'wayleave-system';

async function main(stage: Stage): Promise<void> {
  const { screen, signal, folder } = stage;
  const settings = parseKindArguments(process.argv.slice(2));
  const { name, keep } = settings;
  const kubeconfig = path.join(folder, 'kubeconfig');
  const step = async <T>(title: string, work: Parameters<typeof runStep<T>>[2]): Promise<T> => {
    signal.throwIfAborted();
    return runStep(screen, title, work);
  };
  await step('Docker and kind', async () => {
    const say = await requireKind();
    await refuseExisting(name);
    return { result: undefined, say };
  });
  const image = await step('Image', async () => {
    const result = await buildLoadableImage(folder);
    return { result, say: result.say };
  });
  // From here on there may be nodes, also of a creation that was stopped in the middle.
  try {
    await step('kind', async (progress) => {
      progress(`creating kind cluster ${name} (the first time Docker downloads about 350 MB)`);
      await createKindCluster(settings, kubeconfig);
      return { result: undefined, say: `cluster ${name} is there` };
    });
    await step('Load', async () => ({ result: await loadImage(name, image), say: 'the image is on the node' }));
    await playOn(stage, kubeconfig, name);
  } finally {
    if (keep) {
      screen.line(
        `Kept: "kind export kubeconfig --name ${name}" leads to it, "kind delete cluster --name ${name}" ends it.`,
      );
    } else {
      await runStep(screen, 'Tear-down', async () => {
        await deleteKindCluster(name, kubeconfig);
        return { result: undefined, say: `kind cluster ${name} is deleted` };
      });
    }
  }
}

async function playOn({ screen, signal }: Stage, kubeconfig: string, name: string): Promise<void> {
  const { env } = process;
  const programs = await findClusterPrograms(env, (line) => screen.line(line));
  const client = await loadKubeClient({ kubeconfig, log: silentLog, userAgent: 'wayleave-e2e' });
  const chartFlags = imageFlags(kindImage);
  try {
    await perform({
      screen,
      client,
      ground: (until) => clusterGround({ client, kubeconfig, ...programs, chartFlags, env, signal: until }),
      where: `kind cluster ${name}`,
      system,
      databaseUrl: undefined,
      // The whole cluster goes, or is to be looked at.
      keep: true,
      signal,
    });
  } finally {
    await client.close();
  }
}

if (asksForHelp(process.argv.slice(2))) console.log(kindHelp);
else process.exit(await onStage(main));
