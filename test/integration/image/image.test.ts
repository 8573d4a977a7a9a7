import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildProduct } from '../../../scripts/build/product.ts';
import { readMigrations } from '../../../src/store/migration-files.ts';
import { freshDatabase } from '../../support/database.ts';
import { type GuardedProcess, startGuarded } from '../../support/guarded-process.ts';
import { type BuiltImage, buildImage, unpackImage } from '../../support/image/build-image.ts';
import { parseDockerfile } from '../../support/image/dockerfile.ts';
import { podIdentity } from '../../support/image/pod.ts';
import { enterWith, inSandbox, prepareSandbox, runToEnd, type Sandbox } from '../../support/image/sandbox.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { buys } from '../../support/shop-world/people.ts';
import { createShopWorld, type ShopWorld } from '../../support/shop-world/shop-world.ts';
import type { World } from '../../support/world/world.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const commit = '0123456789abcdef0123456789abcdef01234567';
const seconds = 1_700_000_000;
/** Bundling and packing 170 MB is work, of which a busy machine makes minutes. */
const patienceMs = 300_000;

let folder: string;
let image: BuiltImage;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-'));
  image = await build(await dockerContext(path.join(folder, 'context')), 'first');
  const unpacked = path.join(folder, 'root');
  sandbox = { root: unpacked, config: await unpackImage(image.folder, unpacked) };
}, patienceMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function build(sources: string, name: string): Promise<BuiltImage> {
  const bundle = path.join(folder, name, 'dist');
  await buildProduct({ root: sources, folder: bundle, commit });
  const target = path.join(folder, name, 'image');
  return buildImage({ root, bundle, folder: target, reference: 'wayleave:test', commit, seconds });
}

/** What `COPY . .` sees of the checkout: the lines of .dockerignore that begin with an exclamation mark. */
async function dockerContext(target: string): Promise<string> {
  const lines = (await readFile(path.join(root, '.dockerignore'), 'utf8')).split('\n');
  for (const line of lines.filter((one) => one.startsWith('!'))) {
    const place = path.join(target, line.slice(1));
    await mkdir(path.dirname(place), { recursive: true });
    await cp(path.join(root, line.slice(1)), place, {
      recursive: true,
      filter: (file) => !/\.test\.ts$|\/golden$/.test(file),
    });
  }
  await symlink(path.join(root, 'node_modules'), path.join(target, 'node_modules'));
  return target;
}

const run = (...argv: string[]): ReturnType<typeof runToEnd> => runToEnd(inSandbox(sandbox, argv));
const evaluate = (script: string): ReturnType<typeof runToEnd> =>
  runToEnd(enterWith(sandbox, ['/usr/local/bin/node', '-e', script]));

// The mounts and users of a container are Linux's.
const isLinux = process.platform === 'linux';

describe.runIf(isLinux)('the image', () => {
  it(
    'has the same digest in another folder at another time',
    async () => {
      const elsewhere = path.join(folder, 'else', 'where');
      await cp(path.join(folder, 'context'), elsewhere, { recursive: true, verbatimSymlinks: true });
      expect((await build(elsewhere, 'second')).digest).toBe(image.digest);
    },
    patienceMs,
  );

  it('runs the Node that the tests run on', async () => {
    const [base] = parseDockerfile(await readFile(path.join(root, 'Dockerfile'), 'utf8'));
    expect(base?.base).toContain(`node:${process.versions.node}-`);
    expect((await evaluate('process.stdout.write(process.version)')).out).toBe(process.version);
  });

  it('is of the version of package.json, also where nobody says so to Docker', async () => {
    const last = parseDockerfile(await readFile(path.join(root, 'Dockerfile'), 'utf8')).at(-1);
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(last?.instructions.find(({ keyword }) => keyword === 'LABEL')?.text).toContain(`version="${version}"`);
    expect(image.config.Labels).toMatchObject({ 'org.opencontainers.image.revision': commit });
  });

  it('runs as nobody in particular, and can write nowhere', async () => {
    const { out } = await evaluate(`
      const fs = require('node:fs');
      const places = ['/', '/app', '/tmp', '/etc', '/dev', '/home/nonroot', '/var/run'];
      const refused = places.map((place) => { try { fs.writeFileSync(place + '/x', ''); } catch (e) { return e.code; } });
      const rights = /^CapEff:\\s+(\\S+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(JSON.stringify({ user: process.getuid(), group: process.getgid(), refused, rights: Number(rights) }));`);
    expect(JSON.parse(out)).toEqual({
      user: 65_532,
      group: 65_532,
      refused: Array.from({ length: 7 }, () => 'EROFS'),
      rights: 0,
    });
  });

  it('has no shell, and wayleave by name', async () => {
    expect((await runToEnd(enterWith(sandbox, ['/bin/sh', '-c', 'true']))).code).not.toBe(0);
    const { out } = await runToEnd(enterWith(sandbox, ['/app/bin/wayleave', 'version']));
    const schema = (await readMigrations()).at(-1)?.version;
    expect(out).toMatch(new RegExp(`^wayleave \\S+\ncommit   ${commit}\nnode     v24.*\nschema   ${schema}\n$`));
  });

  it('offers every command but the one that needs the checkout, and says nothing on stderr', async () => {
    const { out, err } = await run('--help');
    const commands = [...out.matchAll(/^ {2}([\w-]+) /gm)].flatMap(([, name = 'help']) =>
      name === 'help' ? [] : name,
    );
    expect(commands).toEqual(expect.arrayContaining(['operator', 'bot', 'subscriptions', 'migrate', 'ledger', 'link']));
    expect(commands).not.toContain('up');
    expect(err).toBe('');
    for (const command of commands) {
      expect(await run(command, '--help')).toMatchObject({ code: 0, err: '' });
    }
  });

  it('says what is in it: bill of materials and licences agree with the bundle', async () => {
    const read = (name: string): Promise<string> => readFile(path.join(sandbox.root, 'app', name), 'utf8');
    const bill = JSON.parse(await read('sbom.cdx.json')) as { components: { name: string; version: string }[] };
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['node', 'pg', 'fastify', 'undici', '@kubernetes/client-node']));
    expect(names).not.toContain('vitest');
    const licences = await read('THIRD-PARTY-LICENSES.txt');
    for (const { name, version } of bill.components.slice(1)) expect(licences).toContain(`\n${name} ${version} (`);
  });

  it('tells a stack trace in the words of the sources, when it is asked for', async () => {
    const flags = ['subscriptions', '--health-listen', '192.0.2.1:80', '--log-format', 'json'];
    const env = { DATABASE_URL: 'postgres://localhost/none', NODE_OPTIONS: '--enable-source-maps' };
    const { code, out } = await runToEnd(inSandbox(sandbox, flags, env));
    expect(code).toBe(1);
    expect(out).toMatch(/src\/telemetry\/health-server\.ts:\d+/);
  });
});

describe.runIf(isLinux)('its commands, in containers as Kubernetes makes them', () => {
  let shop: ShopWorld;
  let subscriptionsAt: string;
  const running = new Map<string, GuardedProcess>();
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    subscriptionsAt = `127.0.0.1:${await freePort()}`;
    const operator = Promise.withResolvers<void>();
    const opening = createShopWorld({}, (world) => operator.resolve(startOperator(world)));
    [shop] = await Promise.all([opening, operator.promise]);
    ends.push(() => shop.end());
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  async function startOperator(world: World): Promise<void> {
    const { files, env } = await podIdentity(inject('kubeconfig'), world.namespace);
    await prepareSandbox({ ...sandbox, files });
    await start('operator', [], { ...env, ...settingsOf(world) });
  }

  function settingsOf({ namespace, databaseUrl }: World): Record<string, string> {
    return {
      DATABASE_URL: databaseUrl,
      WAYLEAVE_NAMESPACE: namespace,
      WAYLEAVE_WATCH_NAMESPACE: namespace,
      WAYLEAVE_PUBLIC_URL: `http://${subscriptionsAt}`,
    };
  }

  /** Returns when the command says to `wayleave health`, in a container of its own, that it is ready. */
  async function start(command: string, flags: readonly string[], env: Record<string, string>): Promise<void> {
    const health = { WAYLEAVE_HEALTH_LISTEN: `127.0.0.1:${await freePort()}` };
    const logFile = path.join(folder, `${command}.log`);
    const container = await startGuarded({
      ...inSandbox(sandbox, [command, ...flags], { ...env, ...health }),
      logFile,
    });
    running.set(command, container);
    ends.unshift(() => container.stop());
    const ask = (): ReturnType<typeof runToEnd> => runToEnd(inSandbox(sandbox, ['health', command], health));
    try {
      await waitUntil(`${command} is ready`, async () => (await ask()).code === 0, { timeoutMs: 60_000 });
    } catch (cause) {
      throw new Error(`the ${command} is not ready:\n${await container.logTail()}`, { cause });
    }
  }

  it('migrate brings the schema', async () => {
    const { url } = await freshDatabase({ empty: true });
    const said = await runToEnd(inSandbox(sandbox, ['migrate'], { DATABASE_URL: url }));
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain('applied 0001_');
  });

  it('bot sells, operator provisions, subscriptions serves what the customer was sent', async () => {
    const { world, telegram } = shop;
    const { env } = await podIdentity(inject('kubeconfig'), world.namespace);
    const bot = ['--listen', '127.0.0.1:0', '--telegram-api-url', telegram.apiUrl];
    await start('bot', bot, { ...env, ...settingsOf(world) });
    await start('subscriptions', ['--listen', subscriptionsAt], { DATABASE_URL: world.databaseUrl });
    const anna = telegram.user({ firstName: 'Anna' });
    await buys(anna);
    const link = new RegExp(`http://${subscriptionsAt}/sub/[\\w-]+`);
    const message = await anna.seesMessage(({ text }) => link.test(text), { timeoutMs: 60_000 }, 'her link');
    const answer = await fetch(link.exec(message.text)?.[0] ?? '');
    expect(Buffer.from(await answer.text(), 'base64').toString()).toMatch(/^vless:/);
  });

  it('end in order when they are asked to, and have said nothing but lines of the log', async () => {
    for (const [command, { pid, exited, logTail }] of running) {
      process.kill(pid, 'SIGTERM');
      expect(await exited, command).toBe(0);
      const lines = (await logTail(10_000)).split('\n');
      expect(lines.filter((line) => !line.startsWith('{"level":"'))).toEqual([]);
    }
  });
});
