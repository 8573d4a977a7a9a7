import { expect, it } from 'vitest';

import { methodsForPlan } from './shop-methods.ts';
import type { VPNShopSpec } from './shop.ts';

const payments: VPNShopSpec['payments'] = {
  methods: [
    { name: 'stars', provider: 'Stars', enabled: true },
    { name: 'card', provider: 'Manual', enabled: true, currency: 'RUB', secretRef: { name: 'card' } },
    { name: 'cash', provider: 'Manual', enabled: false, currency: 'RUB', secretRef: { name: 'cash' } },
  ],
  rules: [
    { plans: ['year', 'week'], methods: ['card', 'cash'] },
    { plans: ['week'], methods: ['stars'] },
  ],
};

function plan(name: string, paymentMethods?: string[]): Parameters<typeof methodsForPlan>[1] {
  const spec = { title: { default: name }, period: 'P30D', trafficReset: 'Never', minPanels: 1, order: 0 } as const;
  return {
    metadata: { name },
    spec: { ...spec, visibility: 'Public', ...(paymentMethods === undefined ? {} : { paymentMethods }) },
  };
}

it.each([
  ['all enabled ones for a plan that nothing names', plan('month'), ['stars', 'card']],
  ['those of the rule that names the plan', plan('year'), ['card']],
  ['those of the first rule where two name it', plan('week'), ['card']],
  ['those that the plan itself names, whatever a rule says', plan('year', ['stars']), ['stars']],
  ['none that is disabled, even if the plan names it', plan('month', ['cash']), []],
  ['none that the shop does not have', plan('month', ['card', 'paypal']), ['card']],
  ['the order of the shop', plan('month', ['card', 'stars']), ['stars', 'card']],
])('offers %s', (_, which, expected) => {
  expect(methodsForPlan(payments, which)).toEqual(expected);
});
