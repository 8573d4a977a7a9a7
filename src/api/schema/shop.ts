import Type from 'typebox';

import { currencies } from '../money.ts';
import { int32, oneOf, type Rule, rules } from './builders.ts';
import { objectName, oneLine, quantityOfBytes, title } from './shared.ts';
import { payments, secretRef } from './shop-payments.ts';
import { updateModes } from './shop-status.ts';
import { shopSubscriptions } from './shop-subscriptions.ts';
import { baseUrl, baseUrlRules, httpsUrl } from './urls.ts';

const LANGUAGE_TAG = '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$';

const bot = Type.Object(
  {
    tokenSecretRef: secretRef(
      'Secret of type `wayleave.dev/bot` in the same namespace with the key `token`, which @BotFather gives, and optionally `webhookSecret`. It is read again within a minute, so a new token needs no restart.',
    ),
    updates: oneOf(updateModes, {
      description:
        'How messages of customers come in: `Polling` needs no address of ours, `Webhook` is faster with many customers.',
      default: 'Polling',
    }),
    webhookUrl: baseUrl(
      'Base of the address that Telegram sends updates to, on port 443, 80, 88 or 8443, for example `https://bot.example.com`. Needed for `Webhook`.',
    ),
  },
  {
    description: 'The Telegram bot.',
    ...rules(
      {
        rule: `self.updates != 'Webhook' || has(self.webhookUrl)`,
        message: 'must be given for updates: Webhook; without an address that Telegram reaches, set updates to Polling',
        fieldPath: '.webhookUrl',
        reason: 'FieldValueRequired',
      },
      ...baseUrlRules('webhookUrl'),
    ),
  },
);

function languageTag(options: { description: string; default?: string }) {
  return Type.String({
    minLength: 2,
    maxLength: 35,
    ...options,
    ...rules({
      rule: `self.matches('${LANGUAGE_TAG}')`,
      message: 'must be a language tag such as en, ru or pt-BR',
    }),
  });
}

const defaultLanguages = ['en', 'ru'];

const languages = Type.Object(
  {
    default: languageTag({ description: 'For customers whose own language is not offered.', default: 'en' }),
    offered: Type.Array(languageTag({ description: 'A language tag.' }), {
      description: 'What customers can choose from.',
      minItems: 1,
      maxItems: 16,
      'x-kubernetes-list-type': 'set',
      default: defaultLanguages,
    }),
  },
  {
    description: 'Languages that the bot speaks.',
    default: { default: 'en', offered: defaultLanguages },
    ...rules({
      rule: 'self.default in self.offered',
      message: 'must be one of offered, since it is what everybody else gets',
      fieldPath: '.default',
    }),
  },
);

const support = Type.Object(
  {
    telegram: Type.Optional(
      Type.String({
        description: 'Telegram user name of whoever answers customers, for example `@example_help`.',
        minLength: 1,
        maxLength: 33,
        ...rules({
          rule: `self.matches('^@[A-Za-z][A-Za-z0-9_]{3,31}$')`,
          message: 'must be a Telegram user name with its @, such as @example_help',
        }),
      }),
    ),
    url: Type.Optional(httpsUrl('Page where customers find help.')),
  },
  {
    description: 'Where customers find help.',
    ...rules({ rule: 'has(self.telegram) || has(self.url)', message: 'give telegram, url or both' }),
  },
);

const terms = Type.Object(
  {
    url: httpsUrl('Page with the terms.'),
    version: oneLine({
      description: 'Which terms these are, for example a date. A new version asks every customer again.',
      maxLength: 64,
    }),
  },
  { description: 'What a customer has to accept before the first purchase or trial.' },
);

const channel = Type.Object(
  {
    id: Type.String({
      description: 'The channel: `@name`, or its number, which begins with `-100`. The bot must be an administrator.',
      minLength: 1,
      maxLength: 33,
      ...rules({
        rule: `self.matches('^(@[A-Za-z][A-Za-z0-9_]{3,31}|-100[0-9]{1,16})$')`,
        message: "must be @name of a public channel, or the channel's number in quotes, such as '-1001234567890'",
      }),
    }),
    url: httpsUrl('Link that customers join by.'),
  },
  { description: 'A channel that a customer has to join before a purchase or trial.' },
);

const defaultExpiryReminders = ['-72h', '-24h', '0h', '24h'];
const defaultTrafficReminders = [80, 100];

const reminders = Type.Object(
  {
    expiry: Type.Array(
      Type.String({
        description: 'Hours, negative before expiry and positive after it.',
        minLength: 2,
        maxLength: 5,
        ...rules({
          rule: `self.matches('^(0|-?[1-9][0-9]{0,2})h$')`,
          message: 'must be hours from -999h to 999h without leading zeros, such as -72h, 0h or 24h',
        }),
      }),
      {
        description: 'When customers are reminded: before expiry (`-72h`), at it (`0h`) and after it (`24h`).',
        maxItems: 8,
        'x-kubernetes-list-type': 'set',
        default: defaultExpiryReminders,
      },
    ),
    trafficPercent: Type.Array(int32({ description: 'Per cent of the traffic limit.', minimum: 1, maximum: 100 }), {
      description:
        'At what part of the traffic limit customers are told. What lies between 50, 80, 90, 95 and 100 is told at the next of these.',
      maxItems: 4,
      'x-kubernetes-list-type': 'set',
      default: defaultTrafficReminders,
    }),
  },
  {
    description: 'What customers are told without asking. Empty lists tell nothing.',
    default: { expiry: defaultExpiryReminders, trafficPercent: defaultTrafficReminders },
  },
);

const selfService = Type.Object(
  {
    withinHours: int32({
      description: 'Hours after the payment during which a customer may take it back.',
      minimum: 1,
      maximum: 720,
    }),
    maxTrafficUsed: quantityOfBytes(
      'At most this much traffic used since then: a quantity of bytes such as `1Gi`. Without it any.',
    ),
  },
  { description: 'Refunds that customers order themselves. Without it they ask support.' },
);

const refunds = Type.Object({ selfService: Type.Optional(selfService) }, { description: 'Who may order refunds.' });

// What Telegram itself accepts; a simulator on this machine takes any port.
const liveWebhookRules: readonly Rule[] = [
  {
    rule: `self.mode == 'Test' || !has(self.bot.webhookUrl) || !self.bot.webhookUrl.startsWith('http:')`,
    message: 'must begin with https:// in a shop of mode Live: Telegram sends updates to nothing else',
    fieldPath: '.bot.webhookUrl',
  },
  {
    rule: `self.mode == 'Test' || !has(self.bot.webhookUrl) || !isURL(self.bot.webhookUrl) || url(self.bot.webhookUrl).getPort() in ['', '443', '80', '88', '8443']`,
    message: 'must use port 443, 80, 88 or 8443 in a shop of mode Live: Telegram sends updates to no other',
    fieldPath: '.bot.webhookUrl',
  },
];

export const shopSpec = Type.Object(
  {
    mode: oneOf(['Live', 'Test'], {
      description:
        '`Live` sells for real money. `Test` takes test money too, and sells only panels labelled `wayleave.dev/demo=true`. It cannot be changed.',
      default: 'Live',
      ...rules({
        rule: 'self == oldSelf',
        message:
          'cannot be changed, or test money would have bought live access: delete this shop and create another one',
      }),
    }),
    title,
    bot,
    baseCurrency: oneOf(currencies, { description: 'What reports sum revenue in.' }),
    timeZone: Type.String({
      description: 'Time zone that times are told in, by its IANA name, for example `Europe/Berlin`.',
      minLength: 1,
      maxLength: 64,
      default: 'UTC',
      ...rules({
        rule: `self.matches('^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$')`,
        message: 'must be the IANA name of a time zone, such as UTC, Europe/Berlin or Asia/Tashkent',
      }),
    }),
    languages,
    support: Type.Optional(support),
    terms: Type.Optional(terms),
    channel: Type.Optional(channel),
    payments,
    trial: Type.Optional(
      Type.Object(
        { plan: objectName('Name of a VPNPlan with `visibility: Trial`.') },
        {
          description:
            'What a new customer may try once. Without it: the first plan with `visibility: Trial` that can be delivered, if any.',
        },
      ),
    ),
    reminders,
    refunds: Type.Optional(refunds),
    publicUrl: baseUrl(
      'Base of the addresses under which customers reach their subscriptions, for example `https://sub.example.com`. Without it: what the operator was started with.',
    ),
    subscriptions: Type.Optional(shopSubscriptions),
    orders: Type.Object(
      {
        validMinutes: int32({
          description: 'Minutes for which a customer can pay at the price that was shown.',
          minimum: 5,
          maximum: 10_080,
          default: 60,
        }),
      },
      { description: 'Orders that are not paid yet.', default: { validMinutes: 60 } },
    ),
  },
  {
    description: 'What the shop is like.',
    ...rules(...baseUrlRules('publicUrl'), ...liveWebhookRules),
  },
);
