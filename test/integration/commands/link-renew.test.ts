import { expect, inject, it, onTestFinished } from 'vitest';
import { runCommandLine } from '../../../src/commands/program.ts';
import {
  createTokenKeyData,
  ensureSubscriptions,
  findByToken,
  hashToken,
  parseTokenKeys,
} from '../../../src/store/index.ts';
import { secretResource } from '../../support/manifests.ts';
import { createWorld } from '../../support/world/world.ts';
import { scriptedHost } from './scripted-host.ts';

it('gives a new address, which is the one that "wayleave link" tells from then on', async () => {
  const world = await createWorld();
  onTestFinished(() => world.end());
  const { namespace, store, databaseUrl } = world;
  const data = createTokenKeyData();
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'wayleave-token-key', namespace },
    data,
  };
  await world.apply(secretResource, secret);
  await ensureSubscriptions(store, [{ namespace, name: 'alice', source: 'resource' }], parseTokenKeys(data));
  const run = async (...argv: string[]): Promise<string> => {
    const where = [
      '--kubeconfig',
      inject('kubeconfig'),
      '--namespace',
      namespace,
      '--public-url',
      'https://sub.example',
    ];
    const host = scriptedHost(['link', ...argv, `${namespace}/alice`, ...where], { DATABASE_URL: databaseUrl });
    expect([await runCommandLine(host), host.err()]).toEqual([0, '']);
    return host.out().trim();
  };
  const stateOf = async (address: string) =>
    (await findByToken(store, hashToken(address.slice(address.lastIndexOf('/') + 1))))?.token.state;
  const before = await run();
  expect(await stateOf(before)).toBe('active');
  const after = await run('renew');
  expect(after).not.toBe(before);
  expect([await run(), await stateOf(before), await stateOf(after)]).toEqual([after, 'retired', 'active']);
});
