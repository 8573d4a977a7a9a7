import { afterEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/commands/program.ts';
import { freshDatabase } from '../../support/database.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { type ScriptedHost, scriptedHost } from './scripted-host.ts';

interface Running {
  readonly host: ScriptedHost;
  readonly exitCode: Promise<number>;
  get(path: string): Promise<{ status: number; text: string }>;
}

let running: Running | undefined;
afterEach(async () => {
  running?.host.send('SIGTERM');
  await running?.exitCode;
  running = undefined;
});

async function start(databaseUrl: string): Promise<Running> {
  const health = `127.0.0.1:${await freePort()}`;
  const flags = ['--listen', '127.0.0.1:0', '--health-listen', health, '--log-level', 'error', '--drain-timeout', '5s'];
  const host = scriptedHost(['subscriptions', ...flags], { DATABASE_URL: databaseUrl, WAYLEAVE_DRAIN_DELAY: '0s' });
  const exitCode = runCommandLine(host);
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://${health}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  await waitUntil('it serves its health', async () => {
    try {
      return (await get('/healthz')).status === 200;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  });
  running = { host, exitCode, get };
  return running;
}

const isReady = async (service: Running): Promise<boolean> => (await service.get('/readyz')).status === 200;

describe('a long-running command', () => {
  it('waits for the schema, alive and not ready, until somebody migrates', async () => {
    const { url } = await freshDatabase({ empty: true });
    const service = await start(url);
    const waiting = await service.get('/readyz');
    expect(waiting.status).toBe(503);
    expect(waiting.text).toContain('starting');
    const migrate = scriptedHost(['migrate'], { DATABASE_URL: url });
    expect(await runCommandLine(migrate)).toBe(0);
    expect(migrate.out()).toMatch(/^schema \d{4}_\S+: applied /);
    await waitUntil('it is ready', () => isReady(service));
    expect((await service.get('/metrics')).text).toContain('wayleave_build_info{');
  });

  it('ends in order with 0 when it is asked to, and closes its ports', async () => {
    const service = await start((await freshDatabase()).url);
    await waitUntil('it is ready', () => isReady(service));
    service.host.send('SIGTERM');
    expect(await service.exitCode).toBe(0);
    await expect(service.get('/healthz')).rejects.toThrow(TypeError);
    running = undefined;
  });

  it('ends with 0 when it is asked to while it still waits for the schema', async () => {
    const service = await start((await freshDatabase({ empty: true })).url);
    service.host.send('SIGINT');
    expect(await service.exitCode).toBe(0);
    running = undefined;
  });

  it('fails with 1 when waiting cannot help', async () => {
    const host = scriptedHost(['subscriptions', '--health-listen', '127.0.0.1:0', '--log-level', 'error'], {
      DATABASE_URL: (await freshDatabase()).url.replace(/\/\/[^@]+@/, '//nobody:wrong@'),
    });
    expect(await runCommandLine(host)).toBe(1);
  });

  it('migrates once: the second run has nothing to do', async () => {
    const host = scriptedHost(['migrate'], { DATABASE_URL: (await freshDatabase()).url });
    expect(await runCommandLine(host)).toBe(0);
    expect(host.out()).toContain('nothing to do');
  });
});
