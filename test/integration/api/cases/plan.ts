import { type KindCases, nameCase, specCase } from './case.ts';
import { sharedCases } from './shared.ts';

const title = { default: 'One month' };

const price = (currency: string, amount: string) => ({ prices: [{ currency, amount }] });

export const planCases: KindCases = {
  kind: 'VPNPlan',
  smallest: { title, period: 'P30D' },
  cases: [
    nameCase,
    ...sharedCases,
    specCase('a plan has a title', {}, { title: null }),
    specCase('a period is days or weeks', { period: 'P4W' }, { period: 'P1M' }),
    specCase('a period is not zero', { period: 'P1D' }, { period: 'P0D' }),
    specCase('a period is at most 3660 of them', { period: 'P3660D' }, { period: 'P3661D' }),
    specCase('the traffic reset is known', { trafficReset: 'Monthly' }, { trafficReset: 'Weekly' }),
    specCase('a currency is known', price('RUB', '199.00'), price('DOGE', '5')),
    specCase('an amount has its currency’s decimals', price('TON', '0.123456789'), price('RUB', '199.999')),
    specCase('Stars are whole', price('XTR', '150'), price('XTR', '150.5')),
    specCase('an amount is positive', price('USD', '0.01'), price('USD', '0.00')),
    specCase('an amount has a point', price('EUR', '1.99'), price('EUR', '1,99')),
    specCase(
      'a currency has one price',
      { prices: [...price('RUB', '199').prices, ...price('XTR', '150').prices] },
      { prices: [...price('RUB', '199').prices, ...price('RUB', '249').prices] },
    ),
    specCase(
      'payment methods are named once',
      { paymentMethods: ['stars', 'yookassa'] },
      { paymentMethods: ['stars', 'stars'] },
    ),
    specCase('payment methods have names', { paymentMethods: ['stars'] }, { paymentMethods: ['Telegram Stars'] }),
    specCase('the visibility is known', { visibility: 'Trial' }, { visibility: 'Secret' }),
    specCase('the order is a whole number', { order: -1 }, { order: 1.5 }),
  ],
};
