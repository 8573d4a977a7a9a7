import { createInvoice } from './invoices.ts';
import type { Methods, Services } from './method.ts';
import type { Params } from './params.ts';
import { badRequest } from './api-error.ts';
import type { UserRow } from './state.ts';

/** Methods about Telegram Stars. */
export function starsMethods({ backend, people, stars, checkout }: Services): Methods {
  const payer = (params: Params): UserRow => {
    const row = people.find(params.integer('user_id') ?? 0);
    if (row === undefined) throw badRequest('user not found');
    return row;
  };

  return {
    createInvoiceLink: (params) => createInvoice(backend, params, { isLink: true }).link,

    refundStarPayment: (params) => {
      checkout.refund(payer(params), params.text('telegram_payment_charge_id'));
      return true;
    },

    getStarTransactions: (params) => {
      const offset = params.integer('offset') ?? 0;
      const limit = params.integer('limit') ?? 100;
      if (offset < 0) throw badRequest('offset must be non-negative');
      if (limit < 1 || limit > 100) throw badRequest('limit must be between 1 and 100');
      return { transactions: stars.transactions.slice(offset, offset + limit) };
    },

    getMyStarBalance: () => ({ amount: stars.balance }),

    editUserStarSubscription: (params) => {
      const { user } = payer(params);
      checkout.setCanceled(user.id, params.text('telegram_payment_charge_id'), params.flag('is_canceled'));
      return true;
    },
  };
}
