import { operatorRights } from '../../controllers/rights.ts';
import type { KubeClient, Right } from '../../kube/index.ts';
import { botRights } from '../bot/rights.ts';
import { listOwnPods, partOf } from '../own-pods.ts';
import { outOfReach, type Check } from './finding.ts';
import { judgeRights, type Asked } from './judge-rights.ts';
import type { Surroundings } from '../surroundings.ts';

const parts = { operator: operatorRights, bot: botRights } as const;
type Part = keyof typeof parts;

/** Whether each part may ask the API server for what it needs: by its own account, where pods show which that is. */
export function rightsChecks({ cluster, namespace, watchNamespace }: Surroundings): readonly Check[] {
  if ('why' in cluster) return [outOfReach('rights', 'the cluster is out of reach')];
  const client = cluster.it;
  return [
    {
      name: 'rights',
      look: async (signal) => {
        const accounts = await accountsOf(client, namespace, signal);
        const asked = await Promise.all(
          (Object.keys(parts) as Part[]).map(async (part): Promise<Asked> => {
            const account = accounts.get(part);
            const missing = await missingRights(client, parts[part], { account, namespace, watchNamespace, signal });
            return { part, account, missing };
          }),
        );
        return judgeRights(asked);
      },
    },
  ];
}

/** ServiceAccount of each part that runs in pods; empty where pods cannot be seen. */
async function accountsOf(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const pods = (await listOwnPods(client, namespace, signal)) ?? [];
  return new Map(
    pods.map((pod) => [partOf(pod), `system:serviceaccount:${namespace}:${pod.spec?.serviceAccountName ?? 'default'}`]),
  );
}

interface Questions {
  /** Undefined: whoever runs this. */
  readonly account: string | undefined;
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  readonly signal: AbortSignal;
}

async function missingRights(client: KubeClient, rights: readonly Right[], questions: Questions): Promise<string[]> {
  const answers = await Promise.all(
    rights.flatMap((right) =>
      right.verbs.flatMap((verb) =>
        (right.names ?? [undefined]).map(async (name) => {
          const allowed = await isAllowed(client, { right, verb, name }, questions);
          const what = `${right.resource.plural}${right.subresource === undefined ? '' : `/${right.subresource}`}`;
          return allowed ? [] : [`${verb} ${what}${name === undefined ? '' : ` ${name}`}`];
        }),
      ),
    ),
  );
  return [...new Set(answers.flat())];
}

async function isAllowed(
  client: KubeClient,
  { right, verb, name }: { readonly right: Right; readonly verb: string; readonly name: string | undefined },
  { account, namespace, watchNamespace, signal }: Questions,
): Promise<boolean> {
  const { resource, subresource, where } = right;
  const within = where === 'own' ? namespace : watchNamespace;
  const resourceAttributes = {
    verb,
    group: resource.group,
    version: resource.version,
    resource: resource.plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(within === undefined || !resource.namespaced ? {} : { namespace: within }),
    ...(name === undefined ? {} : { name }),
  };
  const [kind, who] =
    account === undefined
      ? ['SelfSubjectAccessReview', {}]
      : ['SubjectAccessReview', { user: account, groups: ['system:serviceaccounts', 'system:authenticated'] }];
  const review = { apiVersion: 'authorization.k8s.io/v1', kind, spec: { resourceAttributes, ...who } };
  const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
  const { status, body } = await client.raw('POST', path, { body: review, contentType: 'application/json', signal });
  if (status !== 201)
    throw new Error(`the API server does not say what ${account ?? 'this account'} may do: HTTP ${String(status)}`);
  return (body as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true;
}
