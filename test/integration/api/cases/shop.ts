import { type KindCases, nameCase, type Patch, specCase } from './case.ts';

const stars = { name: 'stars', provider: 'Stars' };

const card = { name: 'card', provider: 'Manual', currency: 'RUB', secretRef: { name: 'card' } };

const methods = (...list: readonly object[]) => ({ payments: { methods: list } });

const withCard = (fields: object) => methods({ ...card, ...fields });

const withStars = (fields: object) => methods({ ...stars, ...fields });

const withRule = (fields: object) => ({
  payments: { methods: [stars, card], rules: [{ plans: ['month'], methods: ['card'], ...fields }] },
});

const terms = (fields: object) => ({ terms: { url: 'https://example.com/terms', version: '2026-01-01', ...fields } });

const channel = (fields: object) => ({ channel: { id: '@example', url: 'https://t.me/example', ...fields } });

/** What an address of ours must be like, wherever it stands. */
const baseUrlCases = (what: string, spec: (url: string) => Patch) => [
  specCase(`${what} has a host`, spec('https://shop.example.com/path'), spec('https:///path')),
  specCase(
    `${what} is https elsewhere than on this machine`,
    spec('http://127.0.0.1:8080'),
    spec('http://example.com'),
  ),
  specCase(`${what} carries no credentials`, spec('https://example.com'), spec('https://me@example.com')),
  specCase(`${what} has no query`, spec('https://example.com/'), spec('https://example.com/?a=b')),
];

const appCase = (prefix: string) => ({ subscriptions: { apps: [{ userAgentPrefix: prefix, format: 'links' }] } });

const subscriptionsCases = [
  specCase(
    'the title of profiles has a default',
    { subscriptions: { title: { default: 'Example', ru: 'Пример' } } },
    { subscriptions: { title: { ru: 'Пример' } } },
  ),
  specCase(
    'languages of the title of profiles are tags',
    { subscriptions: { title: { default: 'Example', de: 'Beispiel' } } },
    { subscriptions: { title: { default: 'Example', german: 'Beispiel' } } },
  ),
  specCase(
    'the title of profiles is one line',
    { subscriptions: { title: { default: 'Example' } } },
    { subscriptions: { title: { default: 'Exam\nple' } } },
  ),
  specCase(
    'apps come back within 30 days',
    { subscriptions: { updateIntervalHours: 720 } },
    { subscriptions: { updateIntervalHours: 721 } },
  ),
  specCase(
    'the page of profiles is https',
    { subscriptions: { webPageUrl: 'https://example.com' } },
    { subscriptions: { webPageUrl: 'http://example.com' } },
  ),
  specCase(
    'an announcement has a default',
    { subscriptions: { announce: { text: { default: 'Hello' } } } },
    { subscriptions: { announce: { text: { en: 'Hello' } } } },
  ),
  specCase(
    'languages of an announcement are tags',
    { subscriptions: { announce: { text: { default: 'Hello', de: 'Hallo' } } } },
    { subscriptions: { announce: { text: { default: 'Hello', german: 'Hallo' } } } },
  ),
  specCase(
    'an announcement is one line',
    { subscriptions: { announce: { text: { default: 'Hello' } } } },
    { subscriptions: { announce: { text: { default: 'Hel\nlo' } } } },
  ),
  specCase(
    'an announcement leads to https',
    { subscriptions: { announce: { text: { default: 'Hello' }, url: 'https://example.com' } } },
    { subscriptions: { announce: { text: { default: 'Hello' }, url: 'tg://resolve' } } },
  ),
  specCase('an app is named as it names itself', appCase('FlClash X'), appCase('Клиент')),
  specCase('an app gets a format that there is', appCase('Happ'), {
    subscriptions: { apps: [{ userAgentPrefix: 'Happ', format: 'surge' }] },
  }),
  specCase(
    'routing is a link of Happ',
    { subscriptions: { happ: { routing: 'happ://routing/onadd/e30=' } } },
    { subscriptions: { happ: { routing: 'https://example.com/routing' } } },
  ),
  specCase(
    'other public addresses are https elsewhere than on this machine',
    { subscriptions: { otherPublicUrls: ['https://old.example.com/vpn', 'http://127.0.0.1:8080'] } },
    { subscriptions: { otherPublicUrls: ['http://old.example.com'] } },
  ),
];

export const shopCases: KindCases = {
  kind: 'VPNShop',
  smallest: {
    title: { default: 'Example VPN' },
    bot: { tokenSecretRef: { name: 'bot' } },
    baseCurrency: 'RUB',
    payments: { methods: [stars] },
  },
  cases: [
    nameCase,
    specCase('the mode is known', { mode: 'Test' }, { mode: 'Demo' }),
    specCase('the mode stays', { mode: 'Test' }, { mode: 'Live' }, { mode: 'Test' }),
    specCase('a shop has a title', {}, { title: null }),
    specCase(
      'a title has a default',
      { title: { default: 'Example', ru: 'Пример' } },
      { title: { default: null, en: 'Example' } },
    ),
    specCase('languages of a title are tags', { title: { 'pt-BR': 'Exemplo' } }, { title: { portuguese: 'Exemplo' } }),
    specCase('a title is one line', { title: { default: 'Example VPN' } }, { title: { default: 'Example\nVPN' } }),
    specCase('it names the Secret of its bot', {}, { bot: { tokenSecretRef: null } }),
    specCase(
      'the Secret has the name of a Secret',
      { bot: { tokenSecretRef: { name: 'my.bot-1' } } },
      { bot: { tokenSecretRef: { name: 'My_Bot' } } },
    ),
    specCase('updates come in a known way', { bot: { updates: 'Polling' } }, { bot: { updates: 'LongPolling' } }),
    specCase(
      'a webhook has an address',
      { bot: { updates: 'Webhook', webhookUrl: 'https://bot.example.com' } },
      { bot: { updates: 'Webhook' } },
    ),
    ...baseUrlCases('the address of a webhook', (webhookUrl) => ({ mode: 'Test', bot: { webhookUrl } })),
    specCase(
      'the address of a webhook is https in a live shop',
      { bot: { webhookUrl: 'https://127.0.0.1' } },
      { bot: { webhookUrl: 'http://127.0.0.1' } },
    ),
    specCase(
      'the port of a webhook is one that Telegram knows',
      { bot: { webhookUrl: 'https://bot.example.com:8443' } },
      { bot: { webhookUrl: 'https://bot.example.com:9443' } },
    ),
    specCase('the base currency is given', {}, { baseCurrency: null }),
    specCase('the base currency is known', { baseCurrency: 'EUR' }, { baseCurrency: 'DOGE' }),
    specCase('a time zone has its IANA name', { timeZone: 'America/Argentina/Buenos_Aires' }, { timeZone: '+03:00' }),
    specCase(
      'the default language is offered',
      { languages: { default: 'de', offered: ['en', 'de'] } },
      { languages: { default: 'de' } },
    ),
    specCase(
      'the default language is a tag',
      { languages: { default: 'pt-BR', offered: ['pt-BR'] } },
      { languages: { default: 'English' } },
    ),
    specCase(
      'languages are tags',
      { languages: { offered: ['en', 'zh-Hant-TW'] } },
      { languages: { offered: ['en', 'русский'] } },
    ),
    specCase(
      'languages are offered once',
      { languages: { offered: ['en', 'ru'] } },
      { languages: { offered: ['en', 'en'] } },
    ),
    specCase('support can be reached', { support: { telegram: '@example_help' } }, { support: {} }),
    specCase(
      'support has a user name',
      { support: { telegram: '@help' } },
      { support: { telegram: 'https://t.me/example_help' } },
    ),
    specCase(
      'the page of support is https',
      { support: { url: 'https://example.com/help?lang=en' } },
      { support: { url: 'http://example.com/help' } },
    ),
    specCase('terms are a page', terms({}), terms({ url: 'example.com/terms' })),
    specCase('terms have a version', terms({ version: '2' }), terms({ version: null })),
    specCase('the version of terms is one line', terms({ version: '2 (draft)' }), terms({ version: '2\n3' })),
    specCase(
      'a channel has a name or a number',
      channel({ id: '-1001234567890' }),
      channel({ id: 'https://t.me/example' }),
    ),
    specCase('a channel has a link', channel({ url: 'https://t.me/+AbCdEf' }), channel({ url: 't.me/example' })),
    specCase('there is a payment method', methods({ ...stars, enabled: false }), methods()),
    specCase('there are at most 8 payment methods', numbered(8), numbered(9)),
    specCase('a payment method has a name', withStars({ name: 'telegram-stars' }), withStars({ name: 'Stars' })),
    specCase('the names of payment methods differ', methods(stars, card), methods(stars, { ...card, name: 'stars' })),
    specCase('a provider is known', withCard({}), withCard({ provider: 'PayPal' })),
    specCase('the currency of a method is known', withCard({ currency: 'KZT' }), withCard({ currency: 'DOGE' })),
    specCase(
      'the title of a method has a default',
      withCard({ title: { default: 'Card', ru: 'Карта' } }),
      withCard({ title: { ru: 'Карта' } }),
    ),
    specCase(
      'languages of the title of a method are tags',
      withCard({ title: { default: 'Card', de: 'Karte' } }),
      withCard({ title: { default: 'Card', german: 'Karte' } }),
    ),
    specCase(
      'the title of a method is one line',
      withCard({ title: { default: 'Card' } }),
      withCard({ title: { default: 'Card\nor cash' } }),
    ),
    specCase('a transfer has a currency', withCard({ currency: 'EUR' }), methods({ ...card, currency: undefined })),
    specCase('a transfer is not of Stars', withCard({ currency: 'USDT' }), withCard({ currency: 'XTR' })),
    specCase('a transfer has its Secret', withCard({}), methods({ ...card, secretRef: undefined })),
    specCase(
      'the Secret of a transfer has the name of a Secret',
      withCard({ secretRef: { name: 'my.card' } }),
      withCard({ secretRef: { name: '4111 1111' } }),
    ),
    specCase('Stars are paid in Stars', withStars({ currency: 'XTR' }), withStars({ currency: 'RUB' })),
    specCase('Stars need no Secret', withStars({}), withStars({ secretRef: { name: 'stars' } })),
    specCase('a rule names payment methods that are there', withRule({}), withRule({ methods: ['card', 'cash'] })),
    specCase('a rule names a payment method', withRule({ methods: ['stars'] }), withRule({ methods: [] })),
    specCase('a method of a rule has a name', withRule({}), withRule({ methods: ['Card'] })),
    specCase('a rule names a plan', withRule({ plans: ['month', 'year'] }), withRule({ plans: [] })),
    specCase('a plan of a rule has a name', withRule({ plans: ['eu.month'] }), withRule({ plans: ['One month'] })),
    specCase('the plan of a trial has a name', { trial: { plan: 'trial' } }, { trial: { plan: 'Try it' } }),
    specCase(
      'a reminder is hours',
      { reminders: { expiry: ['-999h', '0h', '24h'] } },
      { reminders: { expiry: ['-3d'] } },
    ),
    specCase('a reminder has no leading zeros', { reminders: { expiry: [] } }, { reminders: { expiry: ['-0h'] } }),
    specCase('reminders differ', { reminders: { expiry: ['-24h', '24h'] } }, { reminders: { expiry: ['24h', '24h'] } }),
    specCase(
      'a part of traffic is a percentage',
      { reminders: { trafficPercent: [1, 100] } },
      { reminders: { trafficPercent: [101] } },
    ),
    specCase(
      'customers take payments back within 30 days',
      { refunds: { selfService: { withinHours: 720 } } },
      { refunds: { selfService: { withinHours: 721 } } },
    ),
    specCase(
      'the traffic of a refund is a quantity',
      { refunds: { selfService: { withinHours: 24, maxTrafficUsed: '1Gi' } } },
      { refunds: { selfService: { withinHours: 24, maxTrafficUsed: '1 GB' } } },
    ),
    ...baseUrlCases('the public address', (publicUrl) => ({ publicUrl })),
    ...subscriptionsCases,
    specCase('a price holds for 5 minutes at least', { orders: { validMinutes: 5 } }, { orders: { validMinutes: 4 } }),
    specCase(
      'a price holds for a week at most',
      { orders: { validMinutes: 10_080 } },
      { orders: { validMinutes: 10_081 } },
    ),
  ],
};

function numbered(count: number): Patch {
  return methods(...Array.from({ length: count }, (_, index) => ({ ...stars, name: `stars-${String(index)}` })));
}
