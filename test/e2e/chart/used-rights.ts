import { rolesOfParts, type PolicyRule } from '../../../scripts/chart/rights.ts';
import type { AskedRight } from '../../support/authorization-recorder.ts';

/** A release of the chart. */
export interface Installation {
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
}

/** One verb of one rule of one part, where it applies. */
interface Grant {
  readonly user: string;
  readonly rule: PolicyRule;
  readonly verb: string;
  /** Undefined: every namespace. */
  readonly namespace: string | undefined;
  readonly label: string;
}

/**
 * Compares what was granted with what was asked for.
 *
 * @returns what was asked for without a grant, and grants without which nothing that was asked for would be forbidden
 */
export function unusedRights(
  installations: readonly Installation[],
  asked: readonly AskedRight[],
): { readonly forbidden: readonly string[]; readonly unused: readonly string[] } {
  const grants = installations.flatMap(grantsOf);
  const coverage = asked.map((question) => ({ question, by: grants.filter((grant) => covers(grant, question)) }));
  const needed = new Set(
    coverage.filter(({ by }) => by.length === 1).flatMap(({ by }) => by.map(({ label }) => label)),
  );
  const forbidden = coverage.filter(({ by }) => by.length === 0).map(({ question }) => JSON.stringify(question));
  const labels = new Set(grants.map(({ label }) => label));
  return { forbidden, unused: [...labels].filter((label) => !needed.has(label)) };
}

function grantsOf({ namespace, watchNamespace }: Installation): readonly Grant[] {
  const places = { own: namespace, watched: watchNamespace } as const;
  return Object.entries(rolesOfParts()).flatMap(([part, roles]) =>
    (['own', 'watched'] as const).flatMap((where) =>
      roles[where].flatMap((rule) =>
        rule.verbs.map((verb): Grant => {
          const names = rule.resourceNames === undefined ? '' : ` ${rule.resourceNames.join()}`;
          return {
            user: `system:serviceaccount:${namespace}:wayleave-${part}`,
            rule,
            verb,
            namespace: places[where],
            label: `${part}, ${where}: ${verb} ${rule.resources.join()}${names}`,
          };
        }),
      ),
    ),
  );
}

function covers({ user, rule, verb, namespace }: Grant, question: AskedRight): boolean {
  return (
    question.user === user &&
    question.verb === verb &&
    rule.apiGroups.includes(question.group) &&
    rule.resources.includes(question.resource) &&
    (namespace === undefined || question.namespace === namespace) &&
    (rule.resourceNames === undefined || rule.resourceNames.includes(question.name))
  );
}
