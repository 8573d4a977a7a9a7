import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { CredentialSource, loadKubeConfig } from './credentials.ts';

/** An exec plugin that counts its starts in a file and gives out the count as the token. */
const plugin = `
  const { appendFileSync, readFileSync } = require('node:fs');
  appendFileSync(process.argv[1], 'x');
  const token = 'token-' + readFileSync(process.argv[1]).length;
  console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } }));
`;

const isInPod = existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token');

describe('credentials', () => {
  let directory: string;
  let kubeconfig: string;

  const write = async (user: object, cluster: object = {}): Promise<void> => {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1/prefix/', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(kubeconfig, stringify(config));
  };
  const source = async (clock: ManualClock): Promise<CredentialSource> =>
    new CredentialSource(await loadKubeConfig(kubeconfig), () => loadKubeConfig(kubeconfig), clock);

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'wayleave-credentials-'));
    kubeconfig = path.join(directory, 'kubeconfig');
    onTestFinished(() => rm(directory, { recursive: true }));
  });

  it.skipIf(isInPod)('are missed where there is no kubeconfig at all', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', directory);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await expect(loadKubeConfig(undefined)).rejects.toThrow('no kubeconfig: set KUBECONFIG or --kubeconfig');
  });

  it('takes server, prefix, token and certificates from a kubeconfig', async () => {
    await writeFile(path.join(directory, 'ca.crt'), 'the authority');
    await write({ token: 'abc\n' }, { 'certificate-authority': 'ca.crt', 'tls-server-name': 'kubernetes' });
    const credentials = await (await source(new ManualClock())).get();
    expect(credentials).toMatchObject({
      origin: 'https://127.0.0.1:1',
      basePath: '/prefix',
      headers: { authorization: 'Bearer abc' },
      tls: { servername: 'kubernetes', ca: Buffer.from('the authority') },
    });
  });

  it('asks an exec plugin once, and again only when its token was refused', async () => {
    const starts = path.join(directory, 'starts');
    await write({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', plugin, starts] },
    });
    const clock = new ManualClock();
    const credentials = await source(clock);
    const [first, same] = await Promise.all([credentials.get(), credentials.get()]);
    expect(first.headers['authorization']).toBe('Bearer token-1');
    expect(same).toBe(first);
    clock.advance(60_000);
    const reread = await credentials.get();
    expect(reread.headers['authorization']).toBe('Bearer token-1');
    expect(credentials.refused(reread)).toBe(true);
    const second = await credentials.get();
    expect(second.headers['authorization']).toBe('Bearer token-2');
    // The plugin's own account is locked, say: it must not be started for every request.
    expect(credentials.refused(second)).toBe(false);
    clock.advance(1_000);
    expect(credentials.refused(second)).toBe(true);
    await credentials.get();
    expect(await readFile(starts, 'utf8')).toBe('xxx');
  });

  it('does not throw away what a parallel request has renewed already', async () => {
    await write({ token: 'old' });
    const clock = new ManualClock();
    const credentials = await source(clock);
    const old = await credentials.get();
    await write({ token: 'new' });
    clock.advance(1_000);
    expect(credentials.refused(old)).toBe(true);
    const renewed = await credentials.get();
    expect(credentials.refused(old)).toBe(true);
    expect(credentials.get()).toBe(renewed);
    expect(renewed.headers['authorization']).toBe('Bearer new');
  });

  it('says what is missing, and tries again', async () => {
    await expect(loadKubeConfig(kubeconfig)).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED' });
    await write({ token: 'abc' });
    const config = await loadKubeConfig(kubeconfig);
    config.setCurrentContext('nowhere');
    const clock = new ManualClock();
    const credentials = new CredentialSource(config, () => loadKubeConfig(kubeconfig), clock);
    await expect(credentials.get()).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED' });
    await write({ exec: { command: path.join(directory, 'absent') } });
    const broken = await source(clock);
    await expect(broken.get()).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED', retry: 'later' });
  });
});
