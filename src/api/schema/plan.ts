import Type from 'typebox';

import { currencies, currencyDecimals } from '../money.ts';
import { MAX_PERIOD_COUNT } from '../period.ts';
import { int32, keyedBy, oneOf, rules } from './builders.ts';
import {
  conditions,
  deviceLimitOptions,
  labelSelector,
  minPanelsFitPlacement,
  minPanelsOptions,
  objectName,
  observedGeneration,
  placement,
  title,
  trafficLimit,
  trafficResetValues,
} from './shared.ts';

/**
 * CEL for the decimals that the currency of a price has. An unknown currency never gets here: the enum refuses it first.
 *
 * @param quote turns the number into CEL: for the message it has to be text already, since the API server takes the
 *   cost of `string(…)` for unbounded and refuses the whole definition
 */
function decimals(quote: (count: number) => string): string {
  const entries = currencies.map((code) => `'${code}': ${quote(currencyDecimals[code])}`);
  return `{${entries.join(', ')}}[self.currency]`;
}

const price = Type.Object(
  {
    currency: oneOf(currencies, { description: 'ISO 4217 code, `XTR` for Telegram Stars, or a coin.' }),
    amount: Type.String({
      description: 'Decimal number with a point and no more decimals than the currency has, for example `199.00`.',
      minLength: 1,
      maxLength: 32,
      ...rules({
        rule: `self.matches('^(0|[1-9][0-9]{0,11})([.][0-9]{1,9})?$') && self.matches('[1-9]')`,
        message:
          'must be a positive decimal number such as 199 or 1.99, with a point, without sign, spaces or currency',
      }),
    }),
  },
  {
    description: 'What it costs in one currency.',
    ...rules({
      rule: `!self.amount.contains('.') || size(self.amount) - self.amount.indexOf('.') - 1 <= ${decimals(String)}`,
      message: 'has more decimals than its currency',
      messageExpression: `'has more decimals than its currency: at most ' + ${decimals((count) => `'${String(count)}'`)} + ' in ' + self.currency`,
      fieldPath: '.amount',
    }),
  },
);

export const planSpec = Type.Object(
  {
    title,
    period: Type.String({
      description: 'How long one purchase lasts: `P<n>D` days of 86,400 seconds or `P<n>W` weeks.',
      minLength: 3,
      maxLength: 8,
      ...rules({
        rule: `self.matches('^P[1-9][0-9]{0,3}[DW]$') && int(self.substring(1, size(self) - 1)) <= ${String(MAX_PERIOD_COUNT)}`,
        message: `must be P<n>D or P<n>W with n from 1 to ${String(MAX_PERIOD_COUNT)}, such as P30D or P4W; months and years have no fixed length, use days`,
      }),
    }),
    trafficLimit: trafficLimit('Without it traffic is not limited.'),
    trafficReset: oneOf(trafficResetValues, {
      description: 'When the traffic used starts again from zero.',
      default: 'Never',
    }),
    deviceLimit: Type.Optional(
      int32({
        description: 'At most this many devices, for apps that tell which device they are.',
        ...deviceLimitOptions,
      }),
    ),
    panelSelector: labelSelector('Which panels of the namespace it is on, by their labels. Without it: all.'),
    placement: placement('Without it a subscription is on all of them, at most 20.'),
    minPanels: int32({
      description: 'On how many panels a subscription must be before it counts as provisioned.',
      ...minPanelsOptions,
      default: 1,
    }),
    prices: Type.Optional(
      Type.Array(price, {
        description: 'What one period costs, once per currency. The first is the one that lists show.',
        maxItems: currencies.length,
        ...keyedBy('currency'),
      }),
    ),
    paymentMethods: Type.Optional(
      Type.Array(objectName('Name of a payment method.', 32), {
        description: 'Payment methods that may buy it, for example `stars`. Without it: all that the shop offers.',
        maxItems: 16,
        'x-kubernetes-list-type': 'set',
      }),
    ),
    visibility: oneOf(['Public', 'Hidden', 'Trial'], {
      description:
        '`Public` is on the list, `Hidden` is sold by direct link only, `Trial` is given once to a new customer.',
      default: 'Public',
    }),
    order: int32({
      description: 'Place on the list: lower comes first.',
      minimum: -1_000_000,
      maximum: 1_000_000,
      default: 0,
    }),
  },
  { description: 'What is sold.', ...rules(minPanelsFitPlacement) },
);

export const planStatus = Type.Object(
  {
    observedGeneration,
    sellable: Type.Optional(
      Type.Boolean({
        description: 'Whether at least `minPanels` of the selected panels are reachable, usable and have room.',
      }),
    ),
    panels: Type.Optional(
      Type.Object(
        {
          selected: int32({ description: 'Panels that the selector matches.', minimum: 0, maximum: 1_000_000 }),
          ready: int32({ description: 'Those that can take a subscription now.', minimum: 0, maximum: 1_000_000 }),
        },
        { description: 'Panels of the plan.' },
      ),
    ),
    summary: Type.Optional(
      Type.String({ description: 'Ready panels of selected ones, for example `2/3`.', maxLength: 32 }),
    ),
    conditions: conditions('What holds for the plan; `Sellable` is the one that matters.'),
  },
  { description: 'What the operator saw last.' },
);
