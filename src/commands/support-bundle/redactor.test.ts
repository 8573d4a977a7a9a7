import { describe, expect, it } from 'vitest';
import { redactLog } from './log-lines.ts';
import { Redactor } from './redactor.ts';

const redactor = new Redactor({ names: ['alice', 'bob-the-builder'], salt: 'x' });

describe('a text for others', () => {
  it.each([
    ['https://admin:hunter22@panel.example:2053/s3cretBasePath/', 'https://panel.example:2053/…'],
    ['at http://127.0.0.1:9080/sub/AbCdEfGhIjKlMnOpQrStUvWxYz012345', 'at http://127.0.0.1:9080/…'],
    ['customer 1000000002 paid', 'customer [left out] paid'],
    ['subscription shop/alice is ready', `subscription shop/${redactor.name('alice')} is ready`],
    ['malice and alice-connection', 'malice and alice-connection'],
    [
      'at 2026-11-30T12:00:00.123456Z, port 65535, 12345 bytes',
      'at 2026-11-30T12:00:00.123456Z, port 65535, 12345 bytes',
    ],
    ['sub-01a22c21-e2e2-7fc9-be2d-aabd2debd19a', 'sub-01a22c21-e2e2-7fc9-be2d-aabd2debd19a'],
  ])('%s', (text, expected) => {
    expect(redactor.text(text)).toBe(expected);
  });

  it('calls a name differently in each bundle, and the same within one', () => {
    const other = new Redactor({ names: ['alice'], salt: 'y' });
    expect(redactor.name('alice')).toMatch(/^name-[0-9a-f]{8}$/);
    expect(redactor.name('alice')).toBe(redactor.name('alice'));
    expect(other.name('alice')).not.toBe(redactor.name('alice'));
  });

  it('keeps the numbers of metrics', () => {
    expect(redactor.figures('process_resident_memory_bytes 186458112')).toBe('process_resident_memory_bytes 186458112');
  });

  it('leaves out fields of logs that it does not know, and keeps those that tell of the product', () => {
    const line = JSON.stringify({
      level: 'warn',
      msg: 'a reply for 1000000002 could not be sent',
      err: { code: 'STORE_TIMEOUT', message: 'too late', detail: 'Anna Petrova' },
      customerName: 'Anna Petrova',
      subscription: 'shop/alice',
    });
    expect(JSON.parse(redactLog(line, redactor))).toEqual({
      level: 'warn',
      msg: 'a reply for [left out] could not be sent',
      err: { code: 'STORE_TIMEOUT', message: 'too late', detail: '[left out]' },
      customerName: '[left out]',
      subscription: `shop/${redactor.name('alice')}`,
    });
  });

  it('redacts what is no line of ours as a text', () => {
    expect(redactLog('Error: postgres://u:pw@h/d\n{"cut off', redactor)).not.toContain('pw');
  });
});
