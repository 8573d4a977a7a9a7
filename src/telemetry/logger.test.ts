import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { WayleaveError } from '../base/errors.ts';
import { createLogger } from './logger.ts';

function capture(pretty = false) {
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', pretty, destination: { write: (line) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

const base64url = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    // An all-zero array and the like is what shrinking finds; no source of keys produces it.
    .filter((raw) => new Set(raw).size > bytes / 2)
    .map((raw) => Buffer.from(raw).toString('base64url'));

// The secret itself, and how it comes to stand in a text.
const planted = fc.oneof(
  base64url(32).map((secret) => ({ secret, text: secret })),
  base64url(16).map((secret) => ({ secret, text: `https://sub.example.com/sub/${secret}?format=plain` })),
  fc.uuid({ version: [4, 5, 8] }).map((secret) => ({ secret, text: `client ${secret} refused` })),
  fc.uuid({ version: 4 }).map((secret) => ({ secret, text: `vless://${secret}@a.example:443?security=none#x` })),
  fc.uuid({ version: 4 }).map((secret) => ({ secret: secret.toUpperCase(), text: secret.toUpperCase() })),
  base64url(36).map((secret) => ({ secret, text: `authorization: Bearer ${secret}` })),
  fc.stringMatching(/^[a-z]{8,12}$/).map((secret) => ({ secret, text: `Bearer ${secret}` })),
  fc.stringMatching(/^[a-z]{8,12}$/).map((secret) => ({ secret, text: `postgres://wayleave:${secret}@db:5432/x` })),
  fc.stringMatching(/^[a-z]{8,12}$/).map((secret) => ({ secret, text: `login failed: {"password":"${secret}"}` })),
  fc.stringMatching(/^[a-z]{8,12}$/).map((secret) => ({ secret, text: `POST /login?token=${secret}&x=1` })),
  fc.stringMatching(/^[a-z]{8,12}$/).map((secret) => ({ secret, text: `GET /sub/${secret} HTTP/1.1` })),
  base64url(27).map((secret) => ({ secret, text: `https://api.telegram.org/bot123456789:${secret}/getMe` })),
  fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((raw) => Buffer.from(raw).toString('hex'))
    .map((secret) => ({ secret, text: secret })),
);

const surroundings = fc.constantFrom('', ' ', '\n', '"', '\\', '\t', 'é ', '\u0000');

describe('the logger', () => {
  it('never lets a planted secret out, wherever it stands', () => {
    fc.assert(
      fc.property(planted, surroundings, surroundings, fc.boolean(), ({ secret, text }, before, after, pretty) => {
        const { log, lines } = capture(pretty);
        const message = `${before}${text}${after}`;
        const failure = new Error(message, {
          cause: new WayleaveError('X', message, { retry: 'later', cause: message }),
        });
        log.info({}, message);
        log.info({ field: message, deep: [{ deeper: { deepest: message } }], [message]: 1 }, 'x');
        log.error({ err: failure }, 'x');
        log.error({ reason: new AggregateError([failure], message) }, 'x');
        log.error(failure, message);
        log.child({ bound: message }).warn({}, 'x');
        log.info({ bytes: { toJSON: () => message } }, 'x');
        expect(lines.length).toBeGreaterThanOrEqual(7);
        expect(lines.join('')).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it('hides any text under the name of a secret', () => {
    const { log, last } = capture();
    log.info(
      { password: 'a', panel: { apiToken: 'b', 'set-cookie': 'c', clientSecret: 'd' }, pin: { password: 7 } },
      'x',
    );
    expect(last()).toMatchObject({
      password: '[masked]',
      panel: { apiToken: '[masked]', 'set-cookie': '[masked]', clientSecret: '[masked]' },
      pin: { password: '[masked]' },
    });
  });

  it('hides bytes', () => {
    const { log, last } = capture();
    log.info({ key: Buffer.from('very secret') }, 'x');
    expect(last()).toMatchObject({ key: '[11 bytes]' });
  });

  it.each([
    'subscription 0198c1f0-7b5e-7c3a-9d2e-1f2a3b4c5d6e is Ready',
    'pod wayleave-operator-7c9f8d6b5-x2x4z in wayleave-system',
    'at processTicksAndRejections (node:internal/process/task_queues:105:5)',
    'SubscriptionReconciler.reconcileEverything',
    'controller_runtime_max_concurrent_reconciles',
    '2026-11-23T05:53:11.123Z',
    'secretName: wayleave-token-key',
    'https://nl1.example.com:2053/panel/ answered 404',
    'Unexpected token } in JSON at position 7',
    'session expired',
  ])('leaves "%s" readable', (text) => {
    const { log, last } = capture();
    log.info({}, text);
    expect(last()).toMatchObject({ msg: text });
  });

  it('writes an error with its code, its stack and the chain of its causes, and nothing else that hangs on it', () => {
    const { log, last } = capture();
    const socket = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', body: 'whole response' });
    const error = new WayleaveError('PANEL_UNREACHABLE', 'no answer from nl', { retry: 'later', cause: socket });
    log.error({ err: error }, 'probe failed');
    expect(last()).toMatchObject({
      level: 'error',
      msg: 'probe failed',
      err: {
        type: 'WayleaveError',
        code: 'PANEL_UNREACHABLE',
        retry: 'later',
        stack: expect.stringContaining('logger.test.ts') as string,
        cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
      },
    });
    expect(JSON.stringify(last())).not.toContain('whole response');
  });

  it('survives causes in a circle and values that cannot be written', () => {
    const { log, lines } = capture();
    const error = new Error('round');
    error.cause = error;
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.error({ error, circle, big: 1n, gone: undefined }, 'x');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'x' });
  });

  it('says nothing below its level', () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'warn', pretty: false, destination: { write: (line) => lines.push(line) } });
    log.info({}, 'x');
    expect(lines).toEqual([]);
  });

  it('writes for people when asked', () => {
    const { log, lines } = capture(true);
    log.info({ panel: 'vpn/nl' }, 'panel is back');
    expect(lines.join('')).toMatch(/INFO: panel is back\n\s+panel: "vpn\/nl"\n$/);
  });
});
