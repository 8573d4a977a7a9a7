import { secrets, type Secret } from '../../../src/controllers/kube-resources.ts';
import { chartFolder } from '../../support/helm.ts';
import type { Ground } from './ground.ts';
import { marksOf, publicUrl, releaseName, type Site } from './site.ts';

const databaseSecret = 'wayleave-database';

/**
 * The values of the story.
 *
 * @param hasDatabase whether a Postgres was given; else the chart brings one, whose data go with its pod, so that no
 *   cluster needs a StorageClass
 */
export function storyValues({ system, telegramUrl }: Site, hasDatabase: boolean): object {
  const embedded = { embedded: { enabled: true, storage: '' } };
  const given = { existingSecret: { name: databaseSecret } };
  return {
    publicUrl,
    commonLabels: marksOf(system),
    database: hasDatabase ? given : embedded,
    bot: { telegramApiUrl: telegramUrl },
  };
}

/** Puts the URL of a Postgres where the chart looks for it, for all parts alike. */
export async function giveDatabase({ client }: Ground, { system }: Site, url: string): Promise<void> {
  const keys = ['migrate-url', 'operator-url', 'bot-url', 'subscriptions-url'];
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: databaseSecret, namespace: system },
    stringData: Object.fromEntries(keys.map((key) => [key, url])),
  } as never);
}

/** @returns what helm said */
export function helmOnRelease(
  ground: Ground,
  action: 'install' | 'upgrade' | 'test' | 'uninstall',
  { system }: Pick<Site, 'system'>,
  values?: object,
): Promise<string> {
  const chart = values === undefined ? [] : [chartFolder, ...ground.chartFlags];
  return ground.helm([action, releaseName, ...chart, '--namespace', system, '--timeout', '5m'], values);
}

/** The values of a Secret; undefined when there is none. */
export async function readSecret(
  { client }: Ground,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await client.find<Secret>(secrets, namespace, name);
  if (found === undefined) return undefined;
  const values = Object.entries(found.data ?? {});
  return Object.fromEntries(values.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}
