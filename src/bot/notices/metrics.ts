import { Counter, Gauge, type Registry } from 'prom-client';
import {
  noticeKinds,
  noticeOutcomes,
  queueNames,
  type NoticeKind,
  type NoticeOutcome,
  type QueueSummary,
} from '../../ledger/index.ts';

/** What a notice can come to in one go: an end, or another try. */
const results = [...noticeOutcomes, 'retried', 'flood'] as const;
export type NoticeResult = NoticeOutcome | 'retried' | 'flood';

/** Figures about what customers are told, and about what waits for a person. Labels never name a customer. */
export class NoticeMetrics {
  readonly #notices: Counter<'kind' | 'outcome'>;
  readonly #reminders: Counter<'outcome'>;
  readonly #queueAge: Gauge<'shop' | 'queue'>;
  readonly #queueLength: Gauge<'shop' | 'queue'>;
  readonly #copies: Counter<'direction'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#notices = new Counter({
      name: 'wayleave_notices_total',
      help: 'Messages to customers outside of a conversation, by kind and by what became of each try.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#reminders = new Counter({
      name: 'wayleave_reminders_total',
      help: 'Reminders of an expiry that were sent, and those that came too late to be worth it.',
      labelNames: ['outcome'],
      registers,
    });
    this.#queueAge = new Gauge({
      name: 'wayleave_queue_oldest_seconds',
      help: 'Age of the oldest thing that waits for a person, by queue; 0 for none.',
      labelNames: ['shop', 'queue'],
      registers,
    });
    this.#queueLength = new Gauge({
      name: 'wayleave_queue_length',
      help: 'Things that wait for a person, by queue.',
      labelNames: ['shop', 'queue'],
      registers,
    });
    this.#copies = new Counter({
      name: 'wayleave_support_messages_total',
      help: 'Messages between customers and support, by direction.',
      labelNames: ['direction'],
      registers,
    });
    // A series that appears with its first event has no increase to alert on.
    for (const kind of noticeKinds) for (const outcome of results) this.#notices.inc({ kind, outcome }, 0);
    for (const outcome of ['sent', 'late']) this.#reminders.inc({ outcome }, 0);
    for (const direction of ['in', 'out']) this.#copies.inc({ direction }, 0);
  }

  noticed(kind: NoticeKind, outcome: NoticeResult): void {
    this.#notices.inc({ kind, outcome });
    if (kind === 'expiry' && (outcome === 'sent' || outcome === 'late')) this.#reminders.inc({ outcome });
  }

  remindersLate(count: number): void {
    this.#reminders.inc({ outcome: 'late' }, count);
  }

  supportMessage(direction: 'in' | 'out'): void {
    this.#copies.inc({ direction });
  }

  /** The shop is looked after here from now on. @param shop `namespace/name` */
  expect(shop: string): void {
    this.queuesSeen(
      shop,
      queueNames.map((queue) => ({ queue, count: 0, oldestSeconds: 0 })),
    );
  }

  /** @param shop `namespace/name` */
  queuesSeen(shop: string, summaries: readonly QueueSummary[]): void {
    for (const { queue, count, oldestSeconds } of summaries) {
      this.#queueAge.set({ shop, queue }, oldestSeconds);
      this.#queueLength.set({ shop, queue }, count);
    }
  }

  /** The shop is not looked after here any more: an age that nobody renews would alert for ever. */
  forget(shop: string): void {
    for (const queue of queueNames) {
      this.#queueAge.remove({ shop, queue });
      this.#queueLength.remove({ shop, queue });
    }
  }
}
