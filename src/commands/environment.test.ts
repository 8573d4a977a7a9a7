import { describe, expect, it } from 'vitest';
import { refuseUnknownVariables } from './environment.ts';

const known = new Set(['WAYLEAVE_PUBLIC_URL', 'WAYLEAVE_LOG_LEVEL', 'DATABASE_URL']);

describe('unknown variables', () => {
  it('refuses a typing error and names the variable that was meant', () => {
    expect(() => refuseUnknownVariables({ WAYLEAVE_PUBLC_URL: 'x' }, known)).toThrow(
      /WAYLEAVE_PUBLC_URL .*Did you mean WAYLEAVE_PUBLIC_URL\?/,
    );
  });

  it('refuses one that resembles nothing without guessing', () => {
    expect(() => refuseUnknownVariables({ WAYLEAVE_SOMETHING_ELSE: 'x' }, known)).toThrow(/no such variable\.$/);
  });

  it.each([
    ['known ones', 'WAYLEAVE_PUBLIC_URL'],
    ['those of others', 'WAYLAND_DISPLAY'],
    ['those of tests', 'WAYLEAVE_TEST_PANEL_URL'],
    ['what Kubernetes puts into pods beside a Service', 'WAYLEAVE_SUBSCRIPTIONS_SERVICE_HOST'],
    ['the named port of a Service', 'WAYLEAVE_SUBSCRIPTIONS_SERVICE_PORT_HTTP'],
    ['the old form of service links', 'WAYLEAVE_SUBSCRIPTIONS_PORT_8080_TCP_ADDR'],
    ['its short form', 'WAYLEAVE_SUBSCRIPTIONS_PORT'],
  ])('lets %s pass', (_, name) => {
    expect(() => refuseUnknownVariables({ [name]: 'x' }, known)).not.toThrow();
  });
});
