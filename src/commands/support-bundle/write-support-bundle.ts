import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createTarGzip } from 'nanotar';
import { vpnSubscriptions } from '../../api/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { declaredByHand, type Store } from '../../store/index.ts';
import { buildVersion } from '../build.ts';
import { examine } from '../doctor/examine.ts';
import { reportJson, reportText } from '../doctor/report.ts';
import { exitCodes, type Host } from '../host.ts';
import { collectStatus } from '../status/facts.ts';
import { statusText } from '../status/text.ts';
import { lookAround, within, type GivenSettings, type Surroundings } from '../surroundings.ts';
import { Bundle } from './bundle.ts';
import { gatherLocalParts, gatherPods } from './observations.ts';
import { Redactor } from './redactor.ts';
import { gatherResources } from './resources.ts';

const limitMs = 15_000;
const reportWidth = 120;

const readme = `A support bundle of Wayleave: plain text, made by "wayleave support-bundle".

doctor.txt, status.txt   what these commands say; .json for programs
resources/               our resources, as they were in the cluster
cluster/                 Leases, pods and Events of ours
metrics/, logs/          of each part, the newest lines
not-gathered.txt         what was out of reach, and why

Secrets were not read into it. Addresses are cut after the host, credentials and long numbers are hidden, subscriptions that
people named are called name-<digest>, fields of logs that may tell of customers are left out. Look through it all the same.
`;

/** Gathers and writes one file that only its owner can read. @returns the exit code */
export async function writeSupportBundle(
  host: Host,
  settings: GivenSettings & { readonly output: string | undefined },
): Promise<number> {
  const around = await lookAround(settings);
  try {
    const madeAt = new Date(around.clock.now());
    const stamp = madeAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const folder = `wayleave-support-${stamp}`;
    const files = await gatherAll(around);
    const entries = files.map(({ name, text }) => ({ name: `${folder}/${name}`, data: text }));
    const archive = await createTarGzip(entries, { attrs: { mode: '600', mtime: madeAt.getTime() } });
    const file = resolve(settings.output ?? `${folder}.tar.gz`);
    await writeFile(file, archive, { mode: 0o600, flag: 'wx' });
    host.stdout.write(
      `${file}: ${String(files.length)} files, ${String(Math.ceil(archive.length / 1024))} KiB. Look through it before you send it.\n`,
    );
    return exitCodes.success;
  } finally {
    await around.close();
  }
}

async function gatherAll(around: Surroundings): Promise<ReturnType<Bundle['files']>> {
  const { cluster, database } = around;
  const bundle = new Bundle();
  const redactor = new Redactor({ names: await namesOfPeople(around), salt: randomBytes(16).toString('hex') });
  bundle.add('README.txt', readme);
  bundle.addJson('version.json', {
    wayleave: buildVersion,
    node: process.version,
    platform: process.platform,
    arch: process.arch,
  });
  await Promise.all([
    bundle.gather('doctor', async () => {
      const findings = await examine(around, limitMs);
      bundle.add('doctor.txt', redactor.text(reportText(findings, reportWidth)));
      bundle.add('doctor.json', redactor.text(reportJson(findings)));
    }),
    bundle.gather('status', async () => {
      const facts = await collectStatus(around);
      bundle.add('status.txt', redactor.text(statusText(facts)));
      bundle.addJson('status.json', redactor.value(facts));
    }),
    gatherLocalParts(around, bundle, redactor),
    ...('it' in cluster
      ? [
          gatherResources(cluster.it, around, bundle, redactor),
          bundle.gather('pods', () => gatherPods(cluster.it, around, bundle, redactor)),
        ]
      : []),
  ]);
  if ('why' in cluster) bundle.miss('cluster', cluster.why);
  if ('why' in database) bundle.miss('database', database.why);
  return bundle.files(redactor.text);
}

/** Names that somebody chose for a subscription, from wherever they are known. */
async function namesOfPeople({ cluster, database, watchNamespace }: Surroundings): Promise<ReadonlySet<string>> {
  const [shown, known] = await Promise.all([
    within(cluster, (client) => namesInCluster(client, watchNamespace)),
    within(database, (store) => namesInStore(store, watchNamespace)),
  ]);
  return new Set([shown, known].flatMap((reached) => ('it' in reached ? reached.it : [])));
}

async function namesInCluster(client: KubeClient, namespace: string | undefined): Promise<string[]> {
  const names: string[] = [];
  for await (const { metadata } of client.listAll<KubeObject>(vpnSubscriptions, { namespace, metadataOnly: true })) {
    // What the ledger made is named after its id, which says nothing.
    if (!metadata.name.startsWith('sub-')) names.push(metadata.name);
  }
  return names;
}

async function namesInStore(store: Store, namespace: string | undefined): Promise<string[]> {
  const declared = await declaredByHand(store, namespace);
  return declared.flatMap(({ kind, name }) => (kind === 'VPNSubscription' ? [name] : []));
}
