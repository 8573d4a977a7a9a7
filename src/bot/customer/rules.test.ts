import { describe, expect, it } from 'vitest';
import type { PaymentProvider } from '../../payments/provider.ts';
import { readCommand } from '../dispatch.ts';
import { apps, appsFor, devices, openAppUrl } from './apps.ts';
import { judgeRefund, type RefundVerdict } from './refund.ts';
import { statusOf, type StatusWord } from './status.ts';
import { accountIn } from './transfer.ts';

const day = { withinHours: 24 };
const gigabyte = 1024n ** 3n;
const stars = { provider: { id: 'stars', capabilities: { canRefund: true } } as PaymentProvider };
const card = { provider: { id: 'manual', capabilities: { canRefund: false } } as PaymentProvider };
const payment = { ageHours: 1, refundOpen: false, refundedMinor: 0n, provider: 'stars' };

describe('a refund by the customer', () => {
  it.each<[string, Partial<typeof payment>, bigint, object | undefined, RefundVerdict]>([
    ['within the hours', {}, 0n, day, 'yes'],
    ['without a rule', {}, 0n, undefined, 'rule'],
    ['too late', { ageHours: 25 }, 0n, day, 'late'],
    ['with little traffic', {}, gigabyte, { ...day, maxTrafficUsed: '1Gi' }, 'yes'],
    ['with too much traffic', {}, gigabyte + 1n, { ...day, maxTrafficUsed: '1Gi' }, 'used'],
    ['asked for already', { refundOpen: true }, 0n, day, 'open'],
    ['of a transfer', { provider: 'manual' }, 0n, day, 'method'],
    ['of a method that is not offered any more', { provider: 'gone' }, 0n, day, 'method'],
  ])('%s', (_, changes, usedBytes, selfService, verdict) => {
    const refunds = selfService === undefined ? undefined : ({ selfService } as { selfService: typeof day });
    expect(judgeRefund({ ...payment, ...changes }, { usedBytes }, refunds, [stars, card], false)).toBe(verdict);
  });

  it('soon after another one is for support', () => {
    const refunds = { selfService: day };
    expect(judgeRefund(payment, { usedBytes: 0n }, refunds, [stars], true)).toBe('again');
    expect(judgeRefund({ ...payment, refundOpen: true }, { usedBytes: 0n }, refunds, [stars], true)).toBe('open');
  });
});

describe('a status', () => {
  const well = {
    expired: false,
    suspended: false,
    access: 'granted',
    limited: false,
    provisioned: true,
    confirmedPanels: 2,
  } as Parameters<typeof statusOf>[0];

  it.each<[Partial<typeof well>, StatusWord]>([
    [{}, 'ready'],
    [{ provisioned: false, confirmedPanels: 0 }, 'provisioning'],
    [{ provisioned: false }, 'ready'],
    [{ limited: true }, 'limited'],
    [{ access: 'denied' }, 'ended'],
    [{ suspended: true, limited: true }, 'suspended'],
    [{ expired: true, suspended: true }, 'expired'],
  ])('of %o is %s', (changes, word) => {
    expect(statusOf({ ...well, ...changes })).toBe(word);
  });
});

describe('commands and accounts', () => {
  it.each([
    ['/start', { name: 'start', argument: '' }],
    ['/start plan_month', { name: 'start', argument: 'plan_month' }],
    ['/Menu@Our_Bot  x ', { name: 'menu', argument: 'x' }],
    ['/menu@another_bot', undefined],
    ['menu', undefined],
    ['/', undefined],
    [undefined, undefined],
  ])('%s', (text, expected) => {
    expect(readCommand(text, 'our_bot')).toEqual(expected);
  });

  it.each([
    ['Card 2200 1234 5678 9010, A. Example', '2200123456789010'],
    ['By phone +7 900 123-45-67, or card 2200-1234-5678-9010', '2200123456789010'],
    ['Ask us at the desk', undefined],
  ])('%s', (instructions, account) => {
    expect(accountIn(instructions)).toBe(account);
  });
});

describe('apps', () => {
  it('are there for every device, and open by a page of the subscription', () => {
    for (const device of devices) expect(appsFor(device).length, device).toBeGreaterThan(0);
    expect(new Set(apps.map(({ id }) => id)).size).toBe(apps.length);
    expect(openAppUrl('https://sub.example.com/sub/abc', 'happ')).toBe('https://sub.example.com/sub/abc?open=happ');
  });
});
