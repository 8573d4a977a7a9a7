import { expect, it } from 'vitest';
import type { VPNPlan, VPNShopSpec } from '../api/index.ts';
import { methodsFor } from './methods.ts';

const payments: VPNShopSpec['payments'] = {
  methods: [
    { name: 'stars', provider: 'Stars', enabled: true },
    { name: 'card', provider: 'Manual', enabled: true, currency: 'RUB', secretRef: { name: 'card' } },
    { name: 'iban', provider: 'Manual', enabled: true, currency: 'EUR', secretRef: { name: 'iban' } },
    { name: 'cash', provider: 'Manual', enabled: false, currency: 'RUB', secretRef: { name: 'cash' } },
  ],
  rules: [{ plans: ['year'], methods: ['card', 'iban', 'cash'] }],
};

const usable = [
  { name: 'stars', currency: 'XTR' },
  { name: 'card', currency: 'RUB' },
  { name: 'iban', currency: 'EUR' },
  { name: 'cash', currency: 'RUB' },
] as const;

const prices = [
  { currency: 'RUB', amount: '199.50' },
  { currency: 'XTR', amount: '150' },
] as const;

function plan(name: string, spec: Partial<VPNPlan['spec']> = {}): Parameters<typeof methodsFor>[0] {
  const always = { title: { default: name }, period: 'P30D', trafficReset: 'Never', minPanels: 1, order: 0 } as const;
  return { metadata: { name }, spec: { ...always, visibility: 'Public', prices: [...prices], ...spec } };
}

it.each([
  ['what works and has a price in its currency', plan('month'), usable, { stars: 150n, card: 19_950n }],
  ['what a rule for the plan leaves', plan('year'), usable, { card: 19_950n }],
  ['what the plan itself says, over the rule', plan('year', { paymentMethods: ['stars'] }), usable, { stars: 150n }],
  ['nothing that does not work now', plan('month'), usable.slice(1), { card: 19_950n }],
  ['nothing that is switched off', plan('month', { paymentMethods: ['cash'] }), usable, {}],
  ['nothing without a price', plan('month', { prices: [] }), usable, {}],
])('offers %s', (_, which, working, expected) => {
  const offered = methodsFor(which, payments, working);
  expect(Object.fromEntries(offered.map(({ method, price }) => [method.name, price.minorUnits]))).toEqual(expected);
  for (const { method, price } of offered) expect(price.currency).toBe(method.currency);
});
