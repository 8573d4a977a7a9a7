import { countText, queueText, spanText, tableText } from '../ledger/words.ts';
import type { Reached } from '../surroundings.ts';
import { buildVersion } from '../build.ts';
import type { StatusFacts } from './facts.ts';

/** How everything stands, for a person. */
export function statusText(facts: StatusFacts): string {
  const sections = [
    section('leaders', facts.leaders, (leaders) =>
      rows(
        leaders.map(({ lease, holder, version }) => [lease, holder ?? 'nobody', version === undefined ? '' : version]),
      ),
    ),
    section('pods', facts.pods, (pods) => {
      if (pods === undefined) return ['this account may not see them'];
      if (pods.length === 0) return ['none: nothing of ours runs in pods of this namespace'];
      return rows(
        pods.map(({ name, part, image, phase, ready, restarts }) => [
          name,
          part,
          image,
          `${phase}${ready ? ', ready' : ', not ready'}`,
          restarts === 0 ? '' : countText(restarts, 'restart'),
        ]),
      );
    }),
    section('database sessions', facts.sessions, (sessions) =>
      sessions.length === 0
        ? ['none that this user may see']
        : rows(sessions.map(({ program, sessions: count }) => [program, String(count)])),
    ),
    section('schema', facts.schema, (version) => [version ?? 'none: "wayleave migrate" makes it']),
    section('subscriptions', facts.subscriptions, (counts) => {
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const byState = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
      return [`${String(total)} in all`, ...rows(byState.map(([state, count]) => [state, String(count)]))];
    }),
    section('panels', facts.panels, (panels) =>
      panels.length === 0
        ? ['none']
        : rows(
            panels.map(({ panel, state, product, version, clients, pending }) => [
              panel,
              state,
              `${product} ${version}`.trim(),
              countText(clients, 'client'),
              pending === 0 ? '' : `${String(pending)} to come`,
            ]),
          ),
    ),
    section('shops', facts.shops, (shops) =>
      shops.length === 0
        ? ['none']
        : rows(
            shops.map(({ shop, mode, refundsPausedAt, queues }) => [
              shop,
              mode,
              refundsPausedAt === undefined ? 'refunds go out' : 'refunds are paused',
              queues.length === 0
                ? 'nothing needs a person'
                : queues
                    .map(({ queue, count, oldestSeconds }) => `${queueText(count, queue)} (${spanText(oldestSeconds)})`)
                    .join(', '),
            ]),
          ),
    ),
    section('outbox', facts.outbox, (topics) =>
      topics.length === 0
        ? ['empty']
        : rows(
            topics.map(({ topic, depth, oldestSeconds }) => [
              topic,
              String(depth),
              `the oldest for ${spanText(oldestSeconds)}`,
            ]),
          ),
    ),
  ];
  return `wayleave ${buildVersion} asks\n\n${sections.join('\n')}`;
}

function section<T>(title: string, reached: Reached<T>, lines: (it: T) => readonly string[]): string {
  const body = 'why' in reached ? [`out of reach: ${reached.why}`] : lines(reached.it);
  return `${title}\n${body.map((line) => `  ${line}\n`).join('')}`;
}

function rows(cells: readonly (readonly string[])[]): string[] {
  return cells.length === 0 ? [] : tableText(cells).split('\n');
}
