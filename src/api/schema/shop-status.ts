import Type from 'typebox';

import { SHORT_MESSAGE_LENGTH } from '../messages.ts';
import { atomicMap, int64, keyedBy, oneOf, time } from './builders.ts';
import { conditions, observedGeneration } from './shared.ts';
import { MAX_METHODS, METHOD_NAME_LENGTH, providers } from './shop-payments.ts';

export const updateModes = ['Polling', 'Webhook'] as const;

const observedMethod = Type.Object(
  {
    name: Type.String({ description: 'Its name.', maxLength: METHOD_NAME_LENGTH }),
    provider: oneOf(providers, { description: 'Who takes the money.' }),
    usable: Type.Boolean({ description: 'Whether customers can pay with it.' }),
    reason: Type.String({ description: 'Why it can be used or not, in one word.', maxLength: 128 }),
    message: Type.Optional(
      Type.String({ description: 'Why it cannot be used, for people.', maxLength: SHORT_MESSAGE_LENGTH }),
    ),
  },
  { description: 'One payment method.', ...atomicMap },
);

const webhook = Type.Object(
  {
    url: Type.String({ description: 'Where Telegram sends updates to.', maxLength: 4096 }),
    pendingUpdates: int64({
      description: 'Updates that wait to be delivered, as of the last change of this status.',
      minimum: 0,
    }),
    lastErrorAt: Type.Optional(time('When Telegram last failed to deliver, as of the last change of this status.')),
    lastErrorMessage: Type.Optional(
      Type.String({ description: 'What Telegram said about it.', maxLength: SHORT_MESSAGE_LENGTH }),
    ),
  },
  { description: 'The webhook as Telegram tells it.', ...atomicMap },
);

export const shopStatus = Type.Object(
  {
    observedGeneration,
    botUserName: Type.Optional(
      Type.String({ description: 'User name of the bot that the token belongs to, without `@`.', maxLength: 64 }),
    ),
    botId: Type.Optional(int64({ description: "Telegram's id of the bot.", minimum: 0 })),
    updates: Type.Optional(oneOf(updateModes, { description: 'How messages of customers come in now.' })),
    summary: Type.Optional(
      Type.String({
        description: 'Usable payment methods of those that are enabled, for example `2/2`.',
        maxLength: 32,
      }),
    ),
    methods: Type.Optional(
      Type.Array(observedMethod, {
        description: 'The payment methods, in the order of `spec.payments.methods`.',
        maxItems: MAX_METHODS,
        ...keyedBy('name'),
      }),
    ),
    webhook: Type.Optional(webhook),
    conditions: conditions('What holds for the shop; `Ready` sums it up.'),
  },
  { description: 'What the bot saw last.' },
);
