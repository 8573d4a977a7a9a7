import { describe, expect, it } from 'vitest';
import { expand, resolveEnvironment, translatePaths } from './environment.ts';

const facts = { 'status.podIP': '127.77.0.1' };
const stored: Readonly<Record<string, string>> = { 'secrets/db/url': 'postgres://db', 'configmaps/app/level': 'debug' };
const readKey = (kind: string, { name, key }: { name: string; key: string }): Promise<string | undefined> =>
  Promise.resolve(stored[`${kind}/${name}/${key}`]);

describe('the environment of a container', () => {
  it('takes values, Secrets, ConfigMaps and facts, and lets later ones use earlier ones', async () => {
    const variables = [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'URL', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
      { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'app', key: 'level' } } },
      { name: 'LISTEN', value: '$(IP):80 $(LATER) $$(IP)' },
      { name: 'LATER', value: '' },
    ];
    expect(await resolveEnvironment(variables, facts, readKey)).toEqual({
      IP: '127.77.0.1',
      URL: 'postgres://db',
      LEVEL: 'debug',
      LISTEN: '127.77.0.1:80 $(LATER) $(IP)',
      LATER: '',
    });
  });

  it('is refused for a Secret that is not there, unless that may be', async () => {
    const from = (optional: boolean): object[] => [
      { name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'absent', optional } } },
    ];
    await expect(resolveEnvironment(from(false) as never, facts, readKey)).rejects.toThrow(/no key absent in db/);
    expect(await resolveEnvironment(from(true) as never, facts, readKey)).toEqual({});
  });

  it('finds its files where its volumes are', () => {
    const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'cache', mountPath: '/var/cache' }] };
    expect(translatePaths('/var/cache/a', container, new Map([['cache', '/tmp/1']]))).toBe('/tmp/1/a');
    expect(translatePaths('/var/lib/a', container, new Map([['cache', '/tmp/1']]))).toBe('/var/lib/a');
    expect(expand('$(A)', { A: '1' })).toBe('1');
  });
});
