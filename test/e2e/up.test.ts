import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseVlessLink } from '../../src/formats/parse-vless-link.ts';
import { postgresDataDirectory } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';
import { processesOn, startUp, type UpProcess } from './up-process.ts';

const address = /alice's subscription: (http:\/\/127\.0\.0\.1:\d+\/sub\/\S+)/;

let folder = '';
let postgresFolder = '';
let running: UpProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wayleave-up-'));
  await mkdir(path.join(folder, 'postgres'));
  postgresFolder = await postgresDataDirectory(path.join(folder, 'postgres'));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.ended();
  await waitUntil('everything has ended', async () => (await left()).length === 0);
});
afterAll(async () => {
  await rm(postgresFolder, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

const left = (): Promise<string[]> => processesOn(folder, postgresFolder);

/** The shell that watches over a program sees its end a tenth of a second later; a program itself must be gone. */
async function expectNothingLeft(): Promise<void> {
  const programs = (await left()).filter((line) => !line.startsWith('/bin/sh -c'));
  expect(programs).toEqual([]);
  await waitUntil('the watching shells have ended', async () => (await left()).length === 0);
}

async function up(...flags: string[]): Promise<UpProcess> {
  running = startUp(folder, ...flags);
  await running.said(/Ctrl-C/);
  return running;
}

async function linksAt(url: string): Promise<readonly string[]> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.text(), 'base64')
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

const uuidsOf = (links: readonly string[]): ReadonlySet<string> =>
  new Set(links.map((link) => parseVlessLink(link).credential.uuid));

async function ports(): Promise<readonly number[]> {
  return Object.values(JSON.parse(await readFile(path.join(folder, 'ports.json'), 'utf8')) as Record<string, number>);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('wayleave up', () => {
  it('serves a subscription, ends without a trace, and goes on where it was', async () => {
    const first = await up();
    const [, url = ''] = await first.said(address);
    const links = await linksAt(url);
    expect(links.length).toBeGreaterThanOrEqual(6);
    expect(uuidsOf(links).size).toBe(1);
    for (const port of await ports()) expect(await isOpen(port), `port ${port} is open`).toBe(true);

    const second = startUp(folder);
    expect(await second.ended()).not.toBe(0);
    expect(second.output()).toContain(`process ${first.pid} `);
    expect(await linksAt(url)).toEqual(links);

    first.kill('SIGINT');
    expect(await first.ended()).toBe(0);
    await expectNothingLeft();
    for (const port of await ports()) expect(await isOpen(port), `port ${port} is open`).toBe(false);

    const again = await up();
    const [, sameUrl = ''] = await again.said(address);
    expect(sameUrl).toBe(url);
    expect(uuidsOf(await linksAt(sameUrl))).toEqual(uuidsOf(links));
  });

  it('leaves nothing running when it is killed, and starts again at once', async () => {
    const first = await up();
    const [, url = ''] = await first.said(address);
    first.kill('SIGKILL');
    await first.ended();
    const again = await up();
    expect((await again.said(address))[1]).toBe(url);
    again.kill('SIGKILL');
    await again.ended();
    await waitUntil('its children have noticed', async () => (await left()).length === 0);
  });

  it('ends in order when it is interrupted before it is up', async () => {
    running = startUp(folder);
    await running.said(/✓ Kubernetes/);
    running.kill('SIGINT');
    expect(await running.ended()).toBe(0);
    expect(running.output()).not.toContain('Everything is up');
    await expectNothingLeft();
  });

  it('starts from scratch with --reset, having said what it deletes', async () => {
    const before = await up();
    const [, url = ''] = await before.said(address);
    before.kill('SIGTERM');
    expect(await before.ended()).toBe(0);
    const fresh = await up('--reset');
    expect(fresh.output()).toMatch(/reset: deleted .*control-plane.*postgres/);
    expect((await fresh.said(address))[1]).not.toBe(url);
  });
});
