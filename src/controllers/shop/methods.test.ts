import { expect, it } from 'vitest';
import { secretTypes, type ShopMethodSpec } from '../../api/index.ts';
import { storedSecret } from '../../../test/support/shops.ts';
import { judgeMethods } from './methods.ts';

const card: ShopMethodSpec = {
  name: 'card',
  provider: 'Manual',
  title: { default: 'Card' },
  currency: 'RUB',
  secretRef: { name: 'card' },
  enabled: true,
};

const judge = (method: ShopMethodSpec, secret?: ReturnType<typeof storedSecret>) =>
  judgeMethods([method], new Map([['card', secret]]))[0];

const provider = (instructions: string) => storedSecret(secretTypes.provider, { instructions });

it('needs nothing for Stars', () => {
  expect(judge({ name: 'stars', provider: 'Stars', enabled: true })).toMatchObject({
    reason: 'Usable',
    usable: { name: 'stars', provider: 'Stars', title: {}, currency: 'XTR', secret: {} },
  });
});

it('hands on what customers read to pay, and no other key of the Secret', () => {
  const secret = storedSecret(secretTypes.provider, { instructions: '0000 0000\nA. Holder\n', pin: '1234' });
  expect(judge(card, secret)?.usable).toEqual({
    name: 'card',
    provider: 'Manual',
    title: { default: 'Card' },
    currency: 'RUB',
    secret: { instructions: '0000 0000\nA. Holder' },
  });
});

it.each([
  ['is disabled', { ...card, enabled: false }, provider('0000'), 'Disabled', ''],
  ['has no Secret', card, undefined, 'SecretMissing', 'does not exist'],
  ['has one of a foreign type', card, storedSecret('Opaque', { instructions: '0000' }), 'SecretMissing', 'type Opaque'],
  ['has nothing to read', card, provider(' \n'), 'SecretInvalid', 'has no instructions'],
  ['has too much to read', card, provider('🂡'.repeat(2049)), 'SecretInvalid', 'more than 2048'],
])('is not usable when it %s', (_, method, secret, reason, words) => {
  const verdict = judge(method, secret);
  expect(verdict).toMatchObject({ name: 'card', reason, usable: undefined });
  expect(verdict?.message).toContain(words);
  expect(verdict?.message).not.toContain('0000');
});

it('counts characters as people do', () => {
  expect(judge(card, provider('🂡'.repeat(2048)))?.reason).toBe('Usable');
});
