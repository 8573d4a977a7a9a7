import { revenueOf, type RevenueLine } from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import type { Speaker } from '../texts.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';

/** What came in today and this month, by the clock of the shop. */
export async function showRevenue(visit: StaffVisit): Promise<void> {
  const { shop, speak } = visit;
  const { timeZone } = shop.view.spec;
  const all = await revenueOf(shop.store, shop.view.shop.id, timeZone);
  // Test money among real one is worth nothing; in a shop for trying out it is all there is, and marked.
  const lines = shop.view.shop.mode === 'live' ? all.filter(({ live }) => live) : all;
  const blocks = (['today', 'month'] as const).map((period) => {
    const own = lines.filter((line) => line.period === period);
    const shown = own.length === 0 ? [speak.say('admin-revenue-none')] : own.map((line) => describe(speak, line));
    return [speak.say(`admin-revenue-${period}`), ...shown].join('\n');
  });
  const text = [speak.say('admin-revenue-title', { zone: timeZone }), ...blocks].join('\n\n');
  await visit.show({ text, buttons: [[button(speak, 'admin-button-menu', adminActions.menu)]] });
}

function describe(
  speak: Speaker,
  { provider, currency, live, paidMinor, refundedMinor, charges }: RevenueLine,
): string {
  const amount = (minorUnits: bigint): string => sayAmount(speak, minorUnits, currency);
  const by = speak.label(`method-${provider}`);
  const line = speak.say('admin-revenue-line', { provider: by, net: amount(paidMinor - refundedMinor), charges });
  const refunds =
    refundedMinor === 0n
      ? ''
      : speak.say('admin-revenue-refunds', { paid: amount(paidMinor), refunded: amount(refundedMinor) });
  return [live ? line : `🧪 ${line}`, refunds].filter((part) => part !== '').join(' ');
}
