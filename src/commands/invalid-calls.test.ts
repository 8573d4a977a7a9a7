import { describe, expect, it } from 'vitest';
import { runCommandLine } from './program.ts';
import { scriptedHost } from '../../test/integration/commands/scripted-host.ts';

const database = ['--database-url', 'postgres://u@127.0.0.1:1/d'];
const url = ['--public-url', 'https://sub.example.com'];

const invalidCalls: [call: string[], env: Record<string, string>, mentions: string[]][] = [
  [['operatr'], {}, ["'operatr'", 'operator']],
  [['operator', '--pubic-url', 'x'], {}, ['--pubic-url', '--public-url']],
  [['operator', 'surplus'], {}, ['too many arguments']],
  [['link'], {}, ["'subscription'", 'see "wayleave link --help"']],
  [['operator', ...url], {}, ['--database-url (DATABASE_URL)', 'required']],
  [['operator', ...database], {}, ['--public-url (WAYLEAVE_PUBLIC_URL)', 'required']],
  [
    ['operator', ...database, '--public-url', 'sub.example.com'],
    {},
    ['--public-url (WAYLEAVE_PUBLIC_URL)', 'https://'],
  ],
  [['operator', ...database], { WAYLEAVE_PUBLIC_URL: 'ftp://x' }, ['--public-url (WAYLEAVE_PUBLIC_URL)', 'ftp://x']],
  [
    ['operator', ...url, ...database, '--lease-duration', '15'],
    {},
    ['--lease-duration (WAYLEAVE_LEASE_DURATION)', '15s'],
  ],
  [['operator', ...url, ...database, '--lease-duration', '5s'], {}, ['--renew-deadline', '--lease-duration']],
  [['operator', ...url, ...database, '--namespace', 'A B'], {}, ['--namespace (WAYLEAVE_NAMESPACE)', 'lower-case']],
  [['operator', ...url, ...database, '--log-level', 'loud'], {}, ['--log-level (WAYLEAVE_LOG_LEVEL)', 'debug']],
  [['operator', ...url, ...database], { WAYLEAVE_LOG_LEVL: 'info' }, ['WAYLEAVE_LOG_LEVL', 'WAYLEAVE_LOG_LEVEL']],
  [['subscriptions', ...database, '--listen', '9080'], {}, ['--listen (WAYLEAVE_LISTEN)', '127.0.0.1:8080']],
  [['subscriptions', ...database], { WAYLEAVE_HEALTH_LISTEN: ':1' }, ['--health-listen (WAYLEAVE_HEALTH_LISTEN)']],
  [['subscriptions', ...database, '--drain-timeout', 'never'], {}, ['--drain-timeout (WAYLEAVE_DRAIN_TIMEOUT)']],
  [['migrate'], { DATABASE_URL: 'host:5432' }, ['--database-url (DATABASE_URL)', 'postgres://']],
  [['up', 'panel'], {}, ["'order'", 'see "wayleave up panel --help"']],
  [['up', 'panel', 'break', 'nl'], {}, ['stop or start', 'break']],
  [['up', 'panel', 'stop', 'nl', '--data', '/nonexistent/wayleave'], {}, ['/nonexistent/wayleave', 'npm start']],
  [['link', 'a/b/c', ...database, ...url, '--data', '/nonexistent'], {}, ['namespace/name']],
  [['link', 'alice', '--data', '/nonexistent'], {}, ['--database-url (DATABASE_URL)', 'required']],
  [['ledger', 'shwo', 'alice'], {}, ["'shwo'", 'show']],
  [['ledger', 'show'], {}, ["'subscription'"]],
  [['ledger', 'show', 'alice', '--data', '/nonexistent'], {}, ['--database-url (DATABASE_URL)', '/nonexistent']],
  [['ledger', 'grant', 'alice', '--days', '30', ...database], {}, ['--reason', 'required']],
  [['ledger', 'grant', 'alice', '--days', '0', '--reason', 'x', ...database], {}, ['--days', '0']],
  [['ledger', 'compensate', 'alice', '--reason', 'x', ...database], {}, ['--days', '--hours']],
  [['ledger', 'settle', 'charge', '--reason', 'x', ...database], {}, ['--extend', '--refund', '--dismiss']],
  [['ledger', 'settle', 'c', '--refund', '--dismiss', '--reason', 'x', ...database], {}, ['say one of']],
  [['ledger', 'settle', 'c', '--refund', '--subscription', 'a', '--reason', 'x', ...database], {}, ['--extend only']],
  [['restore', ...database], {}, ['--reason', 'required']],
  [['restore', '--reason', 'x', '--data', '/nonexistent'], {}, ['--database-url (DATABASE_URL)', '/nonexistent']],
  [['doctor', '--timeout', '0s'], {}, ['--timeout', 'longer than zero']],
  [['admin', 'add', '42', '--role', 'king', ...database], {}, ['--role', 'king', 'owner']],
];

describe('a wrong call', () => {
  it.each(invalidCalls)('%j with %j says so in one sentence and exits with 2', async (argv, env, mentions) => {
    const host = scriptedHost(argv, env);
    expect(await runCommandLine(host)).toBe(2);
    expect(host.out()).toBe('');
    expect(host.err()).toMatch(/^wayleave: [^\n]+\n$/);
    for (const part of mentions) expect(host.err()).toContain(part);
  });

  it('never repeats a database URL, which may hold a password', async () => {
    const host = scriptedHost(['migrate', '--database-url', 'mysql://u:hunter2@h/d']);
    expect(await runCommandLine(host)).toBe(2);
    expect(host.err()).not.toContain('hunter2');
  });
});
