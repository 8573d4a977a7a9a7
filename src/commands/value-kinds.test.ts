import { describe, expect, it } from 'vitest';
import {
  delayMs,
  durationMs,
  flag,
  httpUrl,
  integer,
  listenAddress,
  namespaceName,
  networks,
  oneOf,
  port,
  postgresUrl,
  text,
  type ValueKind,
} from './value-kinds.ts';

const accepted: [string, ValueKind<unknown>, string, unknown][] = [
  ['duration', durationMs, '250ms', 250],
  ['duration', durationMs, '15s', 15_000],
  ['duration', durationMs, '2m', 120_000],
  ['duration', durationMs, '1h', 3_600_000],
  ['delay', delayMs, '0s', 0],
  ['address', listenAddress, '127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['address', listenAddress, 'localhost:0', { host: 'localhost', port: 0 }],
  ['address', listenAddress, '[::1]:80', { host: '::1', port: 80 }],
  ['url', httpUrl, 'https://sub.example.com/', 'https://sub.example.com'],
  ['url', httpUrl, 'http://127.0.0.1:8080/base//', 'http://127.0.0.1:8080/base'],
  ['postgres', postgresUrl, 'postgresql://u:p@h/d', 'postgresql://u:p@h/d'],
  ['namespace', namespaceName, 'a-1', 'a-1'],
  ['port', port, '0', 0],
  ['flag', flag, '1', true],
  ['flag', flag, 'false', false],
  ['integer', integer(2, 9), '9', 9],
  ['choice', oneOf('a', 'b'), 'b', 'b'],
  ['networks', networks, '10.0.0.0/8, fd00::/8,192.0.2.1', ['10.0.0.0/8', 'fd00::/8', '192.0.2.1']],
];

const refused: [string, ValueKind<unknown>, string[]][] = [
  ['duration', durationMs, ['', '15', '0s', '-1s', '1.5s', '1d', '15 s', 's']],
  ['address', listenAddress, ['8080', ':8080', 'host', '127.0.0.1:99999', '[::zz]:1', '::1:80', 'h:1:2']],
  ['url', httpUrl, ['', 'sub.example.com', 'ftp://x', 'https://u:p@x', 'https://x/?a=1', 'https://x/#a']],
  ['postgres', postgresUrl, ['', 'host:5432', 'mysql://u@h/d', 'http://h']],
  ['namespace', namespaceName, ['', 'A', '-a', 'a-', 'a.b', 'a'.repeat(64)]],
  ['port', port, ['', '-1', '65536', '1e3', ' 1']],
  ['flag', flag, ['', 'yes', 'TRUE']],
  ['integer', integer(2, 9), ['1', '10', '2.5', '0x3', '']],
  ['choice', oneOf('a', 'b'), ['', 'A', 'c']],
  ['text', text, ['', '  ']],
  ['networks', networks, ['', '10.0.0.0/33', '10.0.0/8', 'proxy', 'fd00::/129', '192.0.2.1,']],
];

describe('value kinds', () => {
  it.each(accepted)('%s takes %s', (_, kind, typed, value) => {
    expect(kind(typed)).toEqual(value);
  });

  it.each(refused.flatMap(([name, kind, texts]) => texts.map((typed) => ({ name, kind, typed }))))(
    '$name refuses "$typed" with a sentence that says what it must be',
    ({ kind, typed }) => {
      expect(() => kind(typed)).toThrow(RangeError);
      expect(() => kind(typed)).toThrow(/^must /);
    },
  );
});
