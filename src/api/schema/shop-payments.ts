import Type from 'typebox';

import { currencies } from '../money.ts';
import { atomicList, keyedBy, oneOf, rules } from './builders.ts';
import { objectName, title } from './shared.ts';

/** As long as the names in `paymentMethods` of a VPNPlan may be. */
export const METHOD_NAME_LENGTH = 32;
export const MAX_METHODS = 8;

export const providers = ['Stars', 'Manual'] as const;

const methodName = (description: string) => objectName(description, METHOD_NAME_LENGTH);

export function secretRef(description: string) {
  return Type.Object({ name: objectName('Name of the Secret.', 253) }, { description });
}

const method = Type.Object(
  {
    name: methodName('A name for it, unique in this list: what plans and rules call it, and what the ledger records.'),
    provider: oneOf(providers, {
      description:
        'Who takes the money: `Stars` is Telegram itself, `Manual` is a transfer to you that you confirm by hand.',
    }),
    title: Type.Optional(title),
    currency: Type.Optional(
      oneOf(currencies, {
        description:
          'What is paid in: plans that have no price in it cannot be bought this way. `Stars` take `XTR` and need not say so; `Manual` takes any other.',
      }),
    ),
    secretRef: Type.Optional(
      secretRef(
        'Secret of type `wayleave.dev/provider` in the same namespace. For `Manual` it has the key `instructions`: what a customer reads to pay, such as card number and holder. It is read again within a minute.',
      ),
    ),
    enabled: Type.Boolean({ description: 'Whether customers are offered it.', default: true }),
  },
  {
    description: 'One way to pay.',
    ...rules(
      {
        rule: `self.provider != 'Manual' || (has(self.currency) && self.currency != 'XTR')`,
        message: 'must be given for provider Manual, such as RUB or EUR, and not be XTR, which only Telegram can take',
        fieldPath: '.currency',
      },
      {
        rule: `self.provider != 'Manual' || has(self.secretRef)`,
        message:
          'must be given for provider Manual: card number and holder stand in a Secret of type wayleave.dev/provider under the key instructions',
        fieldPath: '.secretRef',
        reason: 'FieldValueRequired',
      },
      {
        rule: `self.provider != 'Stars' || !has(self.currency) || self.currency == 'XTR'`,
        message: 'must be XTR or left out for provider Stars',
        fieldPath: '.currency',
      },
      {
        rule: `self.provider != 'Stars' || !has(self.secretRef)`,
        message: 'must be left out for provider Stars, which needs the token of the bot only',
        fieldPath: '.secretRef',
        reason: 'FieldValueForbidden',
      },
    ),
  },
);

const rule = Type.Object(
  {
    plans: Type.Array(objectName('Name of a VPNPlan.'), {
      description: 'The plans that it is about.',
      minItems: 1,
      maxItems: 64,
      'x-kubernetes-list-type': 'set',
    }),
    methods: Type.Array(methodName('Name of a payment method.'), {
      description: 'The payment methods that may buy them.',
      minItems: 1,
      maxItems: MAX_METHODS,
      'x-kubernetes-list-type': 'set',
    }),
  },
  { description: 'Which payment methods may buy some plans.' },
);

export const payments = Type.Object(
  {
    methods: Type.Array(method, {
      description: 'How customers pay, in the order in which they see it.',
      minItems: 1,
      maxItems: MAX_METHODS,
      ...keyedBy('name'),
    }),
    rules: Type.Optional(
      Type.Array(rule, {
        description:
          'Exceptions for plans. `paymentMethods` of a plan goes first, then the first rule here that names it; for all others every enabled method counts.',
        maxItems: 32,
        ...atomicList,
      }),
    ),
  },
  {
    description: 'How customers pay.',
    ...rules({
      rule: '!has(self.rules) || self.rules.all(one, one.methods.all(name, self.methods.exists(known, known.name == name)))',
      message: 'a rule names a payment method that is not in methods: correct the name, or add the method',
      fieldPath: '.rules',
    }),
  },
);
