import { expect, it } from 'vitest';
import { answers, servedShopOf } from '../../../test/support/shops.ts';
import { redact, redactError, redactProbe, secretsOf } from './redact.ts';
import { shopSettings } from './settings.ts';

const token = '1:demo-token';
const instructions = '0000 1111\nA. Holder';
const method = { name: 'card', provider: 'Manual', title: {}, currency: 'RUB', secret: { instructions } } as const;
const verdict = {
  name: 'card',
  provider: 'Manual',
  enabled: true,
  reason: 'Usable',
  message: '',
  usable: method,
} as const;
const settings = shopSettings('ns/shop', servedShopOf(), { token, webhookSecret: 'hook' }, [verdict]);

it('knows every value that came out of a Secret', () => {
  expect(secretsOf(settings)).toEqual([token, 'hook', '0000 1111', 'A. Holder']);
});

it('takes them out of words that came from elsewhere, wherever they stand', () => {
  const folded = instructions.replaceAll('\n', ' ');
  const text = `POST http://127.0.0.1/bot${token}/getMe hook: "${instructions}" refused, "${folded}" too`;
  const shown = redact(text, secretsOf(settings));
  expect(shown).not.toMatch(/demo-token|hook|0000|Holder/);
  expect(shown).toContain('refused');
});

it('takes them out of what Telegram repeats', () => {
  const url = `https://old.example.com/${token}`;
  const webhook = { url, pendingUpdates: 1, lastErrorMessage: `POST ${url} failed` };
  const secrets = secretsOf(settings);
  expect(JSON.stringify(redactProbe(answers({ webhook }), secrets))).not.toContain('demo-token');
  const refused = { outcome: 'TokenRefused', message: `GET /bot${token}/getMe: 401` } as const;
  expect(JSON.stringify(redactProbe(refused, secrets))).not.toContain('demo-token');
});

it('leaves an error alone that holds none of them, and replaces one that does', () => {
  const harmless = new TypeError('x is not a function', { cause: new Error('of the database') });
  expect(redactError(harmless, secretsOf(settings))).toBe(harmless);
  const replaced = redactError(new Error('no', { cause: new Error(`at ${instructions}`) }), secretsOf(settings));
  expect(replaced).toMatchObject({ code: 'SHOP_RUNNER_FAILED', retry: 'later' });
  expect(replaced.cause).toBeUndefined();
  expect(replaced.stack).not.toMatch(/0000|Holder/);
});
