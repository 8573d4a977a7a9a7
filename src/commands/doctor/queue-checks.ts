import { keyOf } from '../../kube/index.ts';
import { summarizeQueues, type QueueSummary } from '../../ledger/index.ts';
import { queueText, spanText } from '../ledger/words.ts';
import type { Surroundings } from '../surroundings.ts';
import { ok, outOfReach, warn, type Check, type Seen } from './finding.ts';

/** What waits for a person in each shop that is in the books, whether or not it still has a resource. */
export function queueChecks({ books, database, watchNamespace }: Surroundings): readonly Check[] {
  if ('why' in books || 'why' in database) return [outOfReach('queues', 'the books are out of reach')];
  return books.it
    .filter(({ namespace }) => watchNamespace === undefined || namespace === watchNamespace)
    .map(({ id, namespace, name }) => ({
      name: `queues ${keyOf({ metadata: { namespace, name } })}`,
      look: async () => [judgeQueues(await summarizeQueues(database.it, id))],
    }));
}

export function judgeQueues(queues: readonly QueueSummary[]): Seen {
  const waiting = queues.filter(({ count }) => count > 0);
  if (waiting.length === 0) return ok('nothing needs a person');
  const counts = waiting.map(
    ({ queue, count, oldestSeconds }) => `${queueText(count, queue)} (${spanText(oldestSeconds)})`,
  );
  return warn(
    `a person has to decide: ${counts.join(', ')}`,
    'look at "wayleave ledger queue", then decide in the bot or with "wayleave ledger settle"',
  );
}
