import { describeError } from '../../../../src/base/errors.ts';
import type { Lane } from '../lane.ts';
import type { History } from './acts.ts';
import { gather } from './evidence.ts';
import { examineCharges } from './examine-charges.ts';
import { examineTime } from './examine-time.ts';
import { comeToRest, play } from './play.ts';
import { Findings, type Violation } from './verdict.ts';
import { createWorld } from './world.ts';

/** What came of a history. */
export interface Outcome {
  readonly violations: readonly Violation[];
  /** What it was about, for counting that histories are about something. */
  readonly charges: Readonly<Record<string, number>>;
  readonly refunds: number;
  readonly restored: boolean;
}

/** Plays a history on an empty database, lets it come to rest, and examines what is left. Never rejects. */
export async function runHistory(lane: Lane, history: History): Promise<Outcome> {
  const findings = new Findings();
  const charges: Record<string, number> = {};
  let refunds = 0;
  let restored = false;
  try {
    const world = await createWorld(lane, history.mode);
    await play(world, history);
    await comeToRest(world);
    const evidence = await gather(world);
    examineCharges(world, evidence, findings);
    examineTime(evidence, findings);
    for (const { disposition } of evidence.charges) charges[disposition] = (charges[disposition] ?? 0) + 1;
    refunds = evidence.refunds.length;
    ({ restored } = world);
  } catch (thrown) {
    findings.expect(false, 'other', `it failed: ${describeError(thrown)}`);
  }
  return { violations: findings.violations, charges, refunds, restored };
}
