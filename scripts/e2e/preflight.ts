import { namespaces } from '../../src/controllers/kube-resources.ts';
import { describeError } from '../../src/base/errors.ts';
import { CommandError } from '../../src/commands/command-error.ts';
import { isKubeError, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { definitions, ownResources } from '../../test/e2e/story/resources.ts';
import { isOfStory, shopOf } from '../../test/e2e/story/site.ts';
import { findLeftovers, type Leftovers } from '../../test/e2e/story/tear-down.ts';

/** As Chart.yaml says. */
const oldestMinor = 31;
const quick = { timeoutMs: 10_000 };

interface RightQuestion {
  readonly group: string;
  readonly resource: string;
}

/** What the story makes outside of namespaces; who may not make these may not install the chart. */
const rightsNeeded: readonly RightQuestion[] = [
  { group: '', resource: 'namespaces' },
  { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
];

/**
 * Sees that the story can be played on a cluster before anything is made there.
 *
 * @param where the cluster, for the person
 * @returns its version, and what an earlier run left in it
 * @throws CommandError with a sentence that says what is in the way
 */
export async function preflight(
  client: KubeClient,
  { where, system }: { readonly where: string; readonly system: string },
): Promise<{ readonly version: string; readonly leftovers: Leftovers }> {
  const version = await askVersion(client, where);
  const refused: RightQuestion[] = [];
  for (const right of rightsNeeded) if (!(await mayCreate(client, right))) refused.push(right);
  if (refused.length > 0) throw stop(rightsSentence(refused, where));
  const leftovers = await findLeftovers(client, system);
  const foreign = await findForeign(client, system, leftovers);
  if (foreign !== undefined) throw stop(foreign);
  return { version, leftovers };
}

async function askVersion(client: KubeClient, where: string): Promise<string> {
  const answer = await client.raw('GET', '/version', quick).catch((error: unknown) => {
    throw stop(unreachableSentence(error, where), error);
  });
  if (answer.status === 401 || answer.status === 403) throw stop(refusedSentence(where));
  const { gitVersion } = answer.body as { gitVersion?: string };
  if (answer.status !== 200 || gitVersion === undefined) {
    throw stop(`what answers for ${where} is no Kubernetes: HTTP ${answer.status}`);
  }
  const tooOld = versionSentence(gitVersion);
  if (tooOld !== undefined) throw stop(tooOld);
  return gitVersion;
}

export function unreachableSentence(error: unknown, where: string): string {
  if (isKubeError(error, 'KUBE_UNAUTHORIZED')) return refusedSentence(where);
  return `there is no cluster at ${where}: is it running, and is this machine let through to it? ${describeError(error)}`;
}

function refusedSentence(where: string): string {
  return `the cluster at ${where} does not take these credentials: log in again, then see what "kubectl auth whoami" says`;
}

/** Undefined for a version that will do. */
export function versionSentence(version: string): string | undefined {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > 1 || Number(minor) >= oldestMinor) return undefined;
  return `the cluster is Kubernetes ${version}, and the chart wants 1.${oldestMinor} or newer`;
}

export function rightsSentence(refused: readonly RightQuestion[], where: string): string {
  const what = refused.map(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`)).join(', ');
  return `your account at ${where} may not create ${what}: the story wants the rights of an administrator (ClusterRole cluster-admin)`;
}

async function mayCreate(client: KubeClient, { group, resource }: RightQuestion): Promise<boolean> {
  const { status, body } = await client.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    ...quick,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'create', group, resource } },
    },
  });
  return status === 201 && (body as { status?: { allowed?: boolean } }).status?.allowed === true;
}

/** What is there and is not of a story in these namespaces: nothing of it may be touched. */
async function findForeign(
  client: KubeClient,
  system: string,
  { definitions: own }: Leftovers,
): Promise<string | undefined> {
  for (const name of [system, shopOf(system)]) {
    const found = await client.find<KubeObject>(namespaces, undefined, name);
    if (found !== undefined && !isOfStory(found, system)) {
      return `namespace ${name} is there already and is not of a story: choose another with --namespace`;
    }
  }
  for (const { plural, group } of ownResources) {
    const name = `${plural}.${group}`;
    const found = await client.find<KubeObject>(definitions, undefined, name);
    if (found === undefined || own.includes(name)) continue;
    const release = found.metadata.annotations?.['meta.helm.sh/release-namespace'];
    const by = release === undefined ? '' : ` (of the release in namespace ${release})`;
    return `this cluster has Wayleave already: there is ${name}${by}. Its operator would serve the story's resources too, so take another cluster`;
  }
  return undefined;
}

function stop(sentence: string, cause?: unknown): CommandError {
  // The sentence says all of it; a cause would be told a second time.
  const retry = isKubeError(cause, 'KUBE_TRANSPORT', 'KUBE_TIMEOUT') ? 'later' : 'never';
  return new CommandError(sentence, { retry });
}
