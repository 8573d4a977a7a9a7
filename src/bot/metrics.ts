import { Counter, type Registry } from 'prom-client';
import type { RecordedCharge } from '../ledger/index.ts';
import type { PaymentMetrics } from '../payments/metrics.ts';
import type { BotMetrics } from './ports.ts';

const kinds = ['payment', 'message', 'callback_query', 'pre_checkout_query', 'my_chat_member', 'other'] as const;
const causes = ['secret', 'body', 'payment'] as const;
/** Verdicts of `checkPayable` but the good one, and that it could not be asked. */
const reasons = ['unknown', 'payer', 'banned', 'paid', 'closed', 'expired', 'price', 'unavailable'] as const;
/** Answers of Telegram that mean something of their own; 0: no answer. */
const codes = [0, 400, 401, 403, 404, 409, 429, 500, 502] as const;

/** Figures about the conversation with Telegram, there from the start as 0. One per process. */
export class BotCounters implements BotMetrics {
  readonly #updates: Counter<'kind' | 'outcome'>;
  readonly #errors: Counter<'code'>;
  readonly #webhooks: Counter<'cause'>;
  readonly #checkouts: Counter<'reason'>;

  readonly #payments: PaymentMetrics;

  constructor(registry: Registry, payments: PaymentMetrics) {
    this.#payments = payments;
    const registers = [registry];
    this.#updates = new Counter({
      name: 'wayleave_telegram_updates_total',
      help: 'Updates of Telegram that were dealt with, by kind; failed ones that tell of money come again.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#errors = new Counter({
      name: 'wayleave_telegram_errors_total',
      help: 'Calls that Telegram refused or did not answer, by its code; 0 is no answer.',
      labelNames: ['code'],
      registers,
    });
    this.#webhooks = new Counter({
      name: 'wayleave_webhook_failures_total',
      help: 'Deliveries by webhook that were not taken: wrong secret, no update in the body, money not on record yet.',
      labelNames: ['cause'],
      registers,
    });
    this.#checkouts = new Counter({
      name: 'wayleave_checkouts_refused_total',
      help: 'Payments that were refused before money moved, by what did not fit.',
      labelNames: ['reason'],
      registers,
    });
    for (const kind of kinds) {
      for (const outcome of ['done', 'failed']) this.#updates.inc({ kind, outcome }, 0);
    }
    for (const code of codes) this.#errors.inc({ code: String(code) }, 0);
    for (const cause of causes) this.#webhooks.inc({ cause }, 0);
    for (const reason of reasons) this.#checkouts.inc({ reason }, 0);
  }

  updateHandled(kind: string, outcome: 'done' | 'failed'): void {
    this.#updates.inc({ kind, outcome });
  }

  telegramError(_method: string, code: number): void {
    this.#errors.inc({ code: String(code) });
  }

  webhookFailed(cause: 'secret' | 'body' | 'payment'): void {
    this.#webhooks.inc({ cause });
  }

  chargeRecorded(provider: string, recorded: RecordedCharge): void {
    this.#payments.chargeRecorded(provider, recorded);
  }

  checkoutRefused(reason: string): void {
    this.#checkouts.inc({ reason });
  }
}
