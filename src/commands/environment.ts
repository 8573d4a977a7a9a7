import { editDistance } from '../base/distance.ts';
import { UsageError } from './usage-error.ts';

// Tests and the builder of programs read theirs under names that cannot be listed. Kubernetes puts the others into every
// pod for each Service of its namespace: WAYLEAVE_SUBSCRIPTIONS_SERVICE_HOST and so on.
const foreign = /^WAYLEAVE_(TEST|TOOL)_|_SERVICE_(HOST|PORT(_.*)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

/**
 * Refuses variables that begin with WAYLEAVE_ and that nothing reads: a typing error there would otherwise mean a
 * default in production.
 *
 * @throws UsageError naming the variable and the closest known one
 */
export function refuseUnknownVariables(env: NodeJS.ProcessEnv, known: ReadonlySet<string>): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('WAYLEAVE_') || known.has(name)) continue;
    if (foreign.test(name)) continue;
    const closest = [...known].toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0];
    const hint = closest !== undefined && editDistance(name, closest) <= 4 ? ` Did you mean ${closest}?` : '';
    throw new UsageError(`${name} is set, but wayleave reads no such variable.${hint}`);
  }
}
