import fc from 'fast-check';
import type { StarTransaction } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { PaymentError } from '../errors.ts';
import type { Invoice } from '../provider.ts';
import { StarsRefusal, type StarsApi } from './api.ts';
import { StarsProvider } from './provider.ts';

function transaction(id: string): StarTransaction {
  const user = { id: 7, is_bot: false, first_name: 'Anna' };
  const source = { type: 'user', transaction_type: 'invoice_payment', user, invoice_payload: 'x' } as const;
  return { id, amount: 1, date: 1_790_000_000, source };
}

/** Books that tests write, read page by page as Telegram has them read. */
function booksOf(transactions: readonly StarTransaction[]): StarsApi {
  return {
    getStarTransactions: ({ offset, limit }) => Promise.resolve(transactions.slice(offset, offset + limit)),
    refundStarPayment: () => Promise.resolve(),
  };
}

function refusing(thrown: Error): StarsProvider {
  async function refundStarPayment(): Promise<void> {
    await Promise.resolve();
    throw thrown;
  }
  return new StarsProvider({ ...booksOf([]), refundStarPayment }, { live: true });
}

/** @returns the cursor at the end */
async function readAll(provider: StarsProvider, cursor: string, seen: Set<string>): Promise<string> {
  const report = await provider.poll(cursor);
  for (const { chargeId } of report.charges) seen.add(chargeId);
  return report.more ? readAll(provider, report.cursor, seen) : report.cursor;
}

describe('reading the books', () => {
  it('misses nothing, however much comes between two readings, and even if it is put in late', async () => {
    const step = fc.record({ appended: fc.nat(250), late: fc.array(fc.nat(99), { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const books: StarTransaction[] = [];
        const provider = new StarsProvider(booksOf(books), { live: true });
        const seen = new Set<string>();
        let cursor = '';
        let written = 0;
        const write = (at: number): void => {
          books.splice(at, 0, transaction(`t${String(written)}`));
          written += 1;
        };
        for (const { appended, late } of steps) {
          for (let count = 0; count < appended; count += 1) write(books.length);
          cursor = await readAll(provider, cursor, seen);
          expect(seen.size).toBe(written);
          // One at a time: each reading looks a page back.
          for (const back of late) {
            write(Math.max(0, books.length - back));
            cursor = await readAll(provider, cursor, seen);
            expect(seen.size).toBe(written);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('starts anew in the shorter books of another bot', async () => {
    const seen = new Set<string>();
    const provider = new StarsProvider(booksOf([transaction('a'), transaction('b')]), { live: true });
    expect(await readAll(provider, '500', seen)).toBe('2');
    expect([...seen]).toStrictEqual(['a', 'b']);
  });

  it.each(['', '-1', '1.5', 'x', '1e3'])('takes %j for the beginning', async (cursor) => {
    const provider = new StarsProvider(booksOf([transaction('a')]), { live: true });
    expect(await provider.poll(cursor)).toMatchObject({ cursor: '1', more: false, charges: [{ chargeId: 'a' }] });
  });

  it('counts what is no payment once', async () => {
    const withdrawal: StarTransaction = { id: 'w', amount: 5, date: 1, receiver: { type: 'fragment' } };
    const provider = new StarsProvider(booksOf([withdrawal]), { live: true });
    const first = await provider.poll('');
    expect(first).toMatchObject({ ignored: 1, charges: [], refunds: [] });
    expect(await provider.poll(first.cursor)).toMatchObject({ ignored: 0 });
  });
});

describe('a refund', () => {
  const order = { chargeId: 'stx', refundId: 'r', amountMinor: 1n, currency: 'XTR', payer: '7' };
  const refused = (reason: string): StarsRefusal => new StarsRefusal('refundStarPayment', `Bad Request: ${reason}`);

  it.each([
    ['CHARGE_ALREADY_REFUNDED', { kind: 'confirmed' }],
    ['CHARGE_NOT_FOUND', { kind: 'refused', reason: 'Bad Request: CHARGE_NOT_FOUND' }],
    ['USER_ID_INVALID', { kind: 'refused', reason: 'Bad Request: USER_ID_INVALID' }],
  ])('that Telegram answers with %s ends so', async (reason, outcome) => {
    expect(await refusing(refused(reason)).refund(order)).toStrictEqual(outcome);
  });

  it.each([
    ['too few Stars', refused('BALANCE_TOO_LOW')],
    ['no answer', new PaymentError('PAYMENT_UNREACHABLE', 'Telegram did not answer', { retry: 'later' })],
  ])('is tried again after %s', async (_, error) => {
    await expect(refusing(error).refund(order)).rejects.toMatchObject({ retry: 'later' });
  });

  it.each([undefined, '', 'Anna', '-5', '0', '7.5'])('to %j goes to a person', async (payer) => {
    const provider = new StarsProvider(booksOf([]), { live: true });
    expect(await provider.refund({ ...order, payer })).toMatchObject({ kind: 'refused' });
  });
});

describe('an invoice', () => {
  const invoice: Omit<Invoice, 'price'> = { payload: 'wl1', title: 'a', description: 'b', payer: '7' };
  const provider = new StarsProvider(booksOf([]), { live: true });

  it('always has a start parameter, so that a forwarded copy cannot be paid', async () => {
    const request = await provider.request({ ...invoice, price: { currency: 'XTR', minorUnits: 1n } });
    expect(request).toMatchObject({
      kind: 'telegram-invoice',
      startParameter: expect.stringMatching(/^[\w-]{1,64}$/) as string,
    });
  });

  it('in another currency is refused', async () => {
    const price = { currency: 'RUB', minorUnits: 1n } as const;
    await expect(provider.request({ ...invoice, price })).rejects.toMatchObject({ code: 'PAYMENT_UNSUPPORTED' });
  });
});
