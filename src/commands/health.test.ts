import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scriptedHost } from '../../test/integration/commands/scripted-host.ts';
import { freePort } from '../../test/support/processes.ts';
import { runCommandLine } from './program.ts';

/** @returns the port of a service that is alive, and ready or not */
async function startService({ ready }: { readonly ready: boolean }): Promise<number> {
  const server = createServer(({ url }, response) => {
    const ok = url === '/healthz' || ready;
    response.writeHead(ok ? 200 : 503).end(`[${ok ? '+' : '-'}] ${url}\n`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function health(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const host = scriptedHost(['health', ...argv]);
  const code = await runCommandLine(host);
  return { code, out: host.out(), err: host.err() };
}

describe('wayleave health', () => {
  it.each([
    { ready: true, flags: [], code: 0, out: '[+] /readyz\n' },
    { ready: false, flags: [], code: 1, out: '[-] /readyz\n' },
    { ready: false, flags: ['--alive'], code: 0, out: '[+] /healthz\n' },
  ])('of a service that is ready: $ready, with $flags, ends with $code', async ({ ready, flags, code, out }) => {
    const port = await startService({ ready });
    expect(await health('bot', '--health-listen', `0.0.0.0:${port}`, ...flags)).toEqual({ code, out, err: '' });
  });

  it('fails when nobody answers, and says where it asked', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { code, err } = await health('operator', '--health-listen', address);
    expect(code).toBe(1);
    expect(err).toContain(`http://${address}/readyz`);
  });

  it('refuses what is no service', async () => {
    expect((await health('migrate')).code).toBe(2);
  });
});
