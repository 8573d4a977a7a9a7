import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { silentLog } from '../src/base/log.ts';
import { defaultKubeconfig, writeKubeconfigForContext } from '../src/commands/up/existing-cluster.ts';
import { UsageError } from '../src/commands/usage-error.ts';
import { loadKubeClient } from '../src/kube/index.ts';
import { asksForHelp, imageFlags, parseStoryArguments, type StoryArguments } from './e2e/arguments.ts';
import { clusterGround } from './e2e/cluster-ground.ts';
import { storyHelp } from './e2e/help.ts';
import { perform } from './e2e/perform.ts';
import { findClusterPrograms } from './e2e/programs.ts';
import { onStage, type Stage } from './e2e/stage.ts';

async function main({ screen, signal, folder }: Stage): Promise<void> {
  const settings = parseStoryArguments(process.argv.slice(2));
  const { env } = process;
  const file = settings.kubeconfig ?? defaultKubeconfig(env);
  const kubeconfig = path.join(folder, 'kubeconfig');
  const context = await writeKubeconfigForContext({ file, context: settings.context }, kubeconfig);
  const databaseUrl = await readDatabaseUrl(settings);
  const programs = await findClusterPrograms(env, (line) => screen.line(line));
  const client = await loadKubeClient({ kubeconfig, log: silentLog, userAgent: 'wayleave-e2e' });
  const chartFlags = chartFlagsOf(settings);
  try {
    await perform({
      screen,
      client,
      ground: (until) => clusterGround({ client, kubeconfig, ...programs, chartFlags, env, signal: until }),
      where: `context "${context}" of ${file}`,
      system: settings.namespace,
      databaseUrl,
      keep: settings.keep,
      signal,
    });
  } finally {
    await client.close();
    if (settings.keep)
      screen.line(`Nothing was taken away; the next run with --namespace ${settings.namespace} does it first.`);
  }
}

function chartFlagsOf({ image, values }: StoryArguments): readonly string[] {
  const file = values === undefined ? [] : [`--values=${path.resolve(values)}`];
  return [...file, ...(image === undefined ? [] : imageFlags(image))];
}

async function readDatabaseUrl({ databaseUrlFile: file }: StoryArguments): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`--database-url-file ${file} cannot be read.`, cause);
  });
  // The URL itself is a secret, and is said nowhere.
  if (!/^postgres(ql)?:\/\/\S+$/.test(text.trim())) throw new UsageError(`${file} holds no URL of a Postgres.`);
  return text.trim();
}

if (asksForHelp(process.argv.slice(2))) console.log(storyHelp);
else process.exit(await onStage(main));
