import { sleep, type Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { maskText } from '../../base/mask.ts';
import { isKubeError } from '../../kube/index.ts';
import { StoreError } from '../../store/index.ts';
import { fail, skip, type Check, type Finding, type Seen } from './finding.ts';

/**
 * Looks at everything side by side, each within the limit: one that hangs holds up nobody and says that it hung.
 *
 * @returns in the order of the checks
 */
export async function runChecks(
  checks: readonly Check[],
  { limitMs, clock }: { readonly limitMs: number; readonly clock: Clock },
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) =>
      (await lookWithin(check, limitMs, clock)).map((seen) => ({ name: check.name, ...seen })),
    ),
  );
  return found.flat().map(withoutSecrets);
}

async function lookWithin({ look }: Check, limitMs: number, clock: Clock): Promise<readonly Seen[]> {
  const over = new AbortController();
  const tooLate = sleep(clock, limitMs, over.signal).then(() => [fail(`no answer within ${String(limitMs / 1000)} s`)]);
  try {
    return await Promise.race([look(over.signal), tooLate]);
  } catch (thrown) {
    // Not everybody may ask everything, and that says nothing about what was asked for.
    const mayNotAsk =
      isKubeError(thrown, 'KUBE_FORBIDDEN') || (thrown instanceof StoreError && thrown.code === 'STORE_RIGHTS');
    return [mayNotAsk ? skip(`this account may not ask: ${describeError(thrown)}`) : fail(describeError(thrown))];
  } finally {
    over.abort();
  }
}

/** Whatever a driver, a server or a proxy put into its words. */
function withoutSecrets(finding: Finding): Finding {
  const { mend, says } = finding;
  return { ...finding, says: maskText(says), ...(mend === undefined ? {} : { mend: maskText(mend) }) };
}
