import { botRights } from '../../src/commands/bot/rights.ts';
import { operatorRights } from '../../src/controllers/rights.ts';
import type { Right, Verb } from '../../src/kube/index.ts';

/** A rule as Kubernetes writes it in Roles. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly Verb[];
}

type Where = Right['where'];

/** Parts that have rights in the cluster. */
export const parts = { operator: operatorRights, bot: botRights } as const satisfies Record<string, readonly Right[]>;

/** The rules of each part, for each place. */
export function rolesOfParts(): Record<keyof typeof parts, Record<Where, readonly PolicyRule[]>> {
  const rolesOf = (rights: readonly Right[]): Record<Where, readonly PolicyRule[]> => ({
    own: rulesOf(rights.filter(({ where }) => where === 'own')),
    watched: rulesOf(rights.filter(({ where }) => where === 'watched')),
  });
  return { operator: rolesOf(parts.operator), bot: rolesOf(parts.bot) };
}

/** One rule per resource and set of names, sorted, each verb once: a change of rights is a change of a line. */
export function rulesOf(rights: readonly Right[]): readonly PolicyRule[] {
  const byTarget = Map.groupBy(rights, ({ resource, subresource, names = [] }) =>
    JSON.stringify([resource.group, nameOf(resource.plural, subresource), names.toSorted()]),
  );
  return [...byTarget]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([target, same]) => {
      const [group, resource, names] = JSON.parse(target) as [string, string, readonly string[]];
      return {
        apiGroups: [group],
        resources: [resource],
        ...(names.length > 0 && { resourceNames: names }),
        verbs: [...new Set(same.flatMap(({ verbs }) => verbs))].toSorted(),
      };
    });
}

/** The page that says why each part may do what it may. */
export function rightsPage(): string {
  const tables = Object.entries(parts).map(
    ([part, rights]) =>
      `## ${part}\n\n${table(rights.map((right) => [objectsOf(right), right.verbs.join(', '), right.where, right.why]))}`,
  );
  return [introduction, ...tables, conclusion].join('\n\n');
}

const introduction = `# Rights in Kubernetes

What each part asks of the API server, as declared beside the code that asks. The chart's Roles are made from these
declarations, and [a test](../../test/e2e/chart/installed.test.ts) runs the product under exactly these rights and finds
each of them used: one less, and something is forbidden; one more, and the test fails.`;

const conclusion = `## The others

The subscription service and the migration have no rights, and no token is mounted into their pods.

"Watched" is every namespace, by a ClusterRole, or the one that \`watchNamespace\` names, by a Role there; "own" is the
namespace of the release, always by a Role. Secrets are read one by one and by name, never listed or watched; only those of
our own types are used, whatever the Role would allow.`;

function objectsOf({ resource, subresource, names }: Right): string {
  const group = resource.group === '' ? '' : ` (\`${resource.group}\`)`;
  const only = names === undefined ? '' : `: ${names.map((name) => `\`${name}\``).join(', ')}`;
  return `\`${nameOf(resource.plural, subresource)}\`${group}${only}`;
}

function nameOf(plural: string, subresource: string | undefined): string {
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = [['resource', 'verbs', 'where', 'so that'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
