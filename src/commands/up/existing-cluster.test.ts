import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { UsageError } from '../usage-error.ts';
import { defaultKubeconfig, writeKubeconfigForContext } from './existing-cluster.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wayleave-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const config = {
  'current-context': 'home',
  contexts: [
    { name: 'home', context: { cluster: 'c', user: 'u' } },
    { name: 'work', context: { cluster: 'c', user: 'u' } },
  ],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority': 'ca.crt' } }],
  users: [{ name: 'u', user: { 'client-certificate': '/etc/u.crt', 'client-key': 'keys/u.key' } }],
};

async function given(content: unknown): Promise<string> {
  const file = join(folder, 'given');
  await writeFile(file, stringify(content));
  return file;
}

describe('a kubeconfig for an existing cluster', () => {
  it('makes the wanted context current and leaves the given file alone', async () => {
    const file = await given(config);
    const before = await readFile(file, 'utf8');
    const own = join(folder, 'own');
    expect(await writeKubeconfigForContext({ file, context: 'work' }, own)).toBe('work');
    expect(parse(await readFile(own, 'utf8'))).toMatchObject({ 'current-context': 'work' });
    expect((await stat(own)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('keeps relative paths pointing to the same files', async () => {
    const own = join(folder, 'own');
    expect(await writeKubeconfigForContext({ file: await given(config), context: undefined }, own)).toBe('home');
    expect(parse(await readFile(own, 'utf8'))).toMatchObject({
      clusters: [{ cluster: { 'certificate-authority': join(folder, 'ca.crt') } }],
      users: [{ user: { 'client-certificate': '/etc/u.crt', 'client-key': join(folder, 'keys/u.key') } }],
    });
  });

  it.each([
    ['a context that is not there', config, 'elsewhere', 'home, work'],
    ['no context at all', {}, undefined, 'it has none'],
  ])('refuses %s and says which there are', async (_, content, context, part) => {
    const attempt = writeKubeconfigForContext({ file: await given(content), context }, join(folder, 'own'));
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(part);
  });

  it('refuses a file that is absent', async () => {
    const attempt = writeKubeconfigForContext({ file: join(folder, 'no'), context: undefined }, join(folder, 'own'));
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow('does not exist');
  });

  it('comes from KUBECONFIG, first file first, else from the home folder', () => {
    expect(defaultKubeconfig({ KUBECONFIG: '/a:/b' })).toBe('/a');
    expect(defaultKubeconfig({})).toMatch(/\.kube\/config$/);
  });
});
