import { expect, it } from 'vitest';
import { secretTypes } from '../../api/index.ts';
import { storedSecret } from '../../../test/support/shops.ts';
import { botCredentials } from './bot-token.ts';

const bot = (values: Record<string, string>) => botCredentials(storedSecret(secretTypes.bot, values), 'bot');

it('takes the token without the line break that an editor leaves', () => {
  const expected = { token: '7000000001:AbC-d_E', webhookSecret: undefined, isWebhookSecretValid: true };
  expect(bot({ token: '7000000001:AbC-d_E\n' })).toEqual(expected);
});

it.each([
  ['no Secret', () => botCredentials(undefined, 'bot'), 'does not exist'],
  ['a foreign type', () => botCredentials(storedSecret('Opaque', { token: '1:a' }), 'bot'), 'is of type Opaque'],
  ['no token', () => bot({ Token: '1:a' }), 'has no token'],
  ['what is no token', () => bot({ token: 'replace-me' }), 'not of the form'],
  ['what would lead to another path', () => bot({ token: '1:a/../getMe?' }), 'not of the form'],
])('says of %s what is missing and how to create it', (_, credentials, words) => {
  const { token, ...rest } = credentials();
  expect(token).toBeUndefined();
  expect(rest).toMatchObject({ missing: expect.stringContaining(words) as string });
  expect(JSON.stringify(rest)).toContain('--type=wayleave.dev/bot');
  expect(JSON.stringify(rest)).not.toMatch(/replace-me|getMe/);
});

it.each([
  ['0123-abc_XYZ', '0123-abc_XYZ', true],
  ['', undefined, true],
  ['with spaces', undefined, false],
  ['x'.repeat(257), undefined, false],
])('takes the webhook secret only as Telegram would: %s', (webhookSecret, taken, isWebhookSecretValid) => {
  expect(bot({ token: '1:a', webhookSecret })).toEqual({ token: '1:a', webhookSecret: taken, isWebhookSecretValid });
});
