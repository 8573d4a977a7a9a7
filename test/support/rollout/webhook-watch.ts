import type { Pool } from 'pg';

interface PaidUpdate {
  readonly message?: { readonly successful_payment?: { readonly telegram_payment_charge_id: string } };
}

/** Looks at what Telegram is answered. */
export class WebhookWatch {
  /** Answers that make Telegram come again. */
  refused: number[] = [];
  /** Payments that were confirmed. */
  payments = 0;
  /** Charges that were confirmed and not on record at that moment: Telegram never tells of them again. */
  readonly lost: string[] = [];
  #books: Pool | undefined;

  /** @param books the database, to look into */
  follow(books: Pool): void {
    this.#books = books;
  }

  readonly see = async (status: number, body: Buffer): Promise<void> => {
    if (status < 200 || status > 299) {
      this.refused.push(status);
      return;
    }
    const { message } = JSON.parse(body.toString()) as PaidUpdate;
    const chargeId = message?.successful_payment?.telegram_payment_charge_id;
    if (chargeId === undefined) return;
    this.payments += 1;
    const { rowCount } =
      (await this.#books?.query('select from wayleave.charges where charge_id = $1', [chargeId])) ?? {};
    if (rowCount !== 1) this.lost.push(chargeId);
  };
}
