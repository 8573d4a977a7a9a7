import { noticeTraffic, parseMoment, remind, summarizeQueues } from '../../ledger/index.ts';
import { announceTransfers } from '../admin/announce.ts';
import type { Job } from '../../payments/jobs.ts';
import type { Shop } from '../context.ts';
import type { NoticeMetrics } from './metrics.ts';

const batch = 200;

/** What makes notices beside what happens to money, and what keeps admins up to date. For whoever leads the shop. */
export function noticeJobs(shop: Shop, metrics: NoticeMetrics): readonly Job[] {
  const timeoutMs = 30_000;
  return [
    { name: 'reminders', everyMs: 15_000, timeoutMs, run: () => queueReminders(shop, metrics) },
    { name: 'traffic-notices', everyMs: 15_000, timeoutMs, run: () => queueTraffic(shop) },
    { name: 'transfer-messages', everyMs: 10_000, timeoutMs, run: () => showTransfers(shop) },
    { name: 'queue-age', everyMs: 30_000, timeoutMs, run: () => seeQueues(shop, metrics) },
  ];
}

/** A batch of reminders that are due. */
export async function queueReminders({ store, view }: Shop, metrics: NoticeMetrics): Promise<'done' | 'more'> {
  const moments = view.spec.reminders.expiry.map(parseMoment);
  const { looked, late } = await remind(store, view.shop.id, moments, batch);
  metrics.remindersLate(late);
  return looked < batch ? 'done' : 'more';
}

/** A batch of traffic marks that nobody was told of. */
export async function queueTraffic({ store, view }: Shop): Promise<'done' | 'more'> {
  const seen = await noticeTraffic(store, view.shop.id, view.spec.reminders.trafficPercent, batch);
  return seen < batch ? 'done' : 'more';
}

async function showTransfers(shop: Shop): Promise<'done'> {
  await announceTransfers(shop);
  return 'done';
}

async function seeQueues({ store, view: { shop } }: Shop, metrics: NoticeMetrics): Promise<'done'> {
  metrics.queuesSeen(`${shop.namespace}/${shop.name}`, await summarizeQueues(store, shop.id));
  return 'done';
}
