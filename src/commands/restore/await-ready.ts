import { vpnPanels, vpnSubscriptions, type VPNPanel, type VPNSubscription } from '../../api/index.ts';
import { sleep, type Clock } from '../../base/clock.ts';
import { soldSelector } from '../../controllers/projection/sweep.ts';
import type { KubeClient } from '../../kube/index.ts';
import { CommandError } from '../command-error.ts';
import { judgeReadiness, type Readiness } from './readiness.ts';

export interface AwaitReadyOptions {
  readonly client: KubeClient;
  readonly watchNamespace: string | undefined;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly progress: (text: string) => void;
}

const lookEveryMs = 3_000;
/**
 * An operator that has just begun shows for a moment what Postgres says, before it has read a panel that was made anew and
 * is empty. So it must look well so many times in a row.
 */
const looksWell = 3;

/** Waits until panels hold everybody. @throws CommandError when that takes too long, saying what is in the way */
export async function awaitReady(options: AwaitReadyOptions): Promise<void> {
  const { clock, deadlineMs, progress } = options;
  for (let well = 0; well < looksWell;) {
    const readiness = await look(options);
    well = readiness.open.length === 0 ? well + 1 : 0;
    progress(textOf(readiness));
    if (well >= looksWell) return;
    if (clock.monotonic() > deadlineMs) {
      throw new CommandError(
        `${textOf(readiness)}; the operator goes on by itself: "wayleave doctor" says what is in the way`,
        {
          retry: 'later',
        },
      );
    }
    await sleep(clock, lookEveryMs);
  }
}

async function look({ client, watchNamespace: namespace }: AwaitReadyOptions): Promise<Readiness> {
  const panels = await collect(client.listAll<VPNPanel>(vpnPanels, { namespace }));
  const sold = client.listAll<VPNSubscription>(vpnSubscriptions, { namespace, labelSelector: soldSelector });
  return judgeReadiness(panels, await collect(sold));
}

function textOf({ settled, all, open }: Readiness): string {
  const rest = open.length === 0 ? '' : `; ${open.slice(0, 3).join('; ')}`;
  return `${String(settled)} of ${String(all)} subscriptions are as they must be on panels${rest}`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
