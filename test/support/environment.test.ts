import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { connectAdmin } from './control-plane-admin.ts';
import { readKubeconfig } from './control-plane-files.ts';
import { freshDatabase } from './database.ts';
import { freshNamespace } from './namespace.ts';

async function tablesIn(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'wayleave'`,
  );
  await client.end();
  return rows[0]?.count ?? 0;
}

describe('the shared test environment', () => {
  it('serves our custom resources in a namespace of its own', async () => {
    const admin = connectAdmin(await readKubeconfig(inject('kubeconfig')));
    const names = await Promise.all([freshNamespace('one'), freshNamespace('one')]);
    expect(new Set(names).size).toBe(2);
    const reply = await admin.request('GET', `/apis/wayleave.dev/v1alpha1/namespaces/${names[0]}/vpnsubscriptions`);
    expect(reply).toMatchObject({ status: 200, body: { items: [] } });
    await admin.close();
  });

  it('hands out migrated and empty databases', async () => {
    const [one, two, empty] = await Promise.all([freshDatabase(), freshDatabase(), freshDatabase({ empty: true })]);
    expect(one.name).not.toBe(two.name);
    expect(await tablesIn(one.url)).toBeGreaterThan(3);
    expect(await tablesIn(empty.url)).toBe(0);
    await one.drop();
    await expect(tablesIn(one.url)).rejects.toMatchObject({ code: '3D000' });
  });
});
