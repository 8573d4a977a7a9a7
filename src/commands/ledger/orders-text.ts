import type { AccountCharge, SubscriptionAccount } from '../../ledger/index.ts';
import { amountText, minuteText, spanText } from './words.ts';

/** Orders with their charges and refunds, then charges of no order. */
export function ordersText({ orders, charges }: SubscriptionAccount): string {
  const own = orders.flatMap((order) => {
    const delivered =
      order.provisionedAtMs === undefined
        ? order.state === 'paid'
          ? ', not delivered yet'
          : ''
        : `, delivered after ${spanText((order.provisionedAtMs - (order.closedAtMs ?? order.provisionedAtMs)) / 1000)}`;
    const head = `order ${order.id}: plan ${order.plan}, ${minuteText(order.createdAtMs)}, ${order.state}${delivered}`;
    return [head, ...charges.filter(({ orderId }) => orderId === order.id).flatMap(chargeText)];
  });
  const known = new Set(orders.map(({ id }) => id));
  const others = charges.filter(({ orderId }) => orderId === undefined || !known.has(orderId));
  return [...own, ...(others.length === 0 ? [] : ['no order:']), ...others.flatMap(chargeText)].join('\n');
}

function chargeText(charge: AccountCharge): string[] {
  const { provider, chargeId, amountMinor, currency, live, disposition, reason, paidAtMs, settlement, settledBy } =
    charge;
  const settled = settlement === undefined ? '' : `; ${settlement}${settledBy === undefined ? '' : ` by ${settledBy}`}`;
  const why = reason === '' ? '' : ` (${reason})`;
  const money = `${amountText(amountMinor, currency)}${live ? '' : ' of test money'}`;
  return [
    `  charge ${chargeId} of ${provider}`,
    `    ${money}, ${minuteText(paidAtMs)}: ${disposition}${why}${settled}`,
    ...charge.refunds.map((refund) => {
      const refusal = refund.refusal === undefined ? '' : ` (${refund.refusal})`;
      const asked = `asked ${minuteText(refund.createdAtMs)} by ${refund.requestedBy}: ${refund.reason}`;
      return `    refund of ${amountText(refund.amountMinor, currency)}: ${refund.state}${refusal}, ${asked}`;
    }),
  ];
}
