import { expect, test } from 'vitest';
import { parseParams } from './request-body.ts';

const nothing = new URLSearchParams();

test('a multipart body carries values, and files whose names have no quotes', () => {
  const lines = [
    '--frontier',
    'content-disposition:form-data;name="chat_id"',
    '',
    '7',
    '--frontier',
    'content-disposition:form-data;name="photo"',
    '',
    'attach://qr',
    '--frontier',
    'content-disposition:form-data;name="qr";filename=qr.png',
    'content-type:application/octet-stream',
    '',
    'line\r\nline',
    '--frontier--',
    '',
  ];
  const params = parseParams(nothing, 'multipart/form-data; boundary=frontier', Buffer.from(lines.join('\r\n')));
  expect(params.integer('chat_id')).toBe(7);
  expect(params.file('photo')).toStrictEqual({ name: 'qr.png', bytes: Buffer.from('line\r\nline') });
});

test('form values are read as what the method wants', () => {
  const body = Buffer.from('chat_id=7&protect_content=true&reply_markup=%7B%22a%22%3A1%7D');
  const params = parseParams(new URLSearchParams('text=Hi'), 'application/x-www-form-urlencoded', body);
  expect(params.integer('chat_id')).toBe(7);
  expect(params.flag('protect_content')).toBe(true);
  expect(params.json('reply_markup')).toStrictEqual({ a: 1 });
  expect(params.text('text')).toBe('Hi');
});

test.each([
  ['application/json', '{"chat_id":'],
  ['application/json', '[]'],
  ['text/plain', 'Hi'],
])('a body that is no call is refused: %s %s', (type, body) => {
  expect(() => parseParams(nothing, type, Buffer.from(body))).toThrow('Bad Request');
});
