import { asOwner, idOf } from '../shop/seed.ts';

/** The address of customer number `index`. Of the form of ours; nobody derives it from a key here. */
export function tokenAt(index: number): string {
  return `bench${String(index).padStart(27, '0')}`;
}

const endpoint = (panel: number, number: number): object => ({
  inbound: `in-${String(number)}`,
  endpoint: {
    protocol: 'vless',
    address: `s${String(panel)}${String(number)}.example.com`,
    port: 443,
    remark: `🇳🇱 Amsterdam ${String(panel)}.${String(number)}`,
    transport: { type: 'tcp' },
    security: {
      type: 'reality',
      serverName: 'www.example.test',
      fingerprint: 'chrome',
      publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
      shortId: 'ab',
      spiderX: '/',
      minClientVer: '',
    },
    encryption: 'none',
    flow: 'xtls-rprx-vision',
  },
});

const panelCount = 2;
const panels = Array.from({ length: panelCount }, (_, at) => at + 1);

/** So many customers, each on two panels with two servers, with all that an answer is made of. A million take a minute. */
export async function seedCustomers(databaseUrl: string, count: number): Promise<void> {
  const rows = `generate_series(0, ${String(count - 1)}) as i`;
  await asOwner(databaseUrl, async (run) => {
    // What is written here refers to what is written here.
    await run('set session_replication_role = replica');
    await run('set synchronous_commit = off');
    for (const panel of panels) {
      const endpoints = JSON.stringify([endpoint(panel, 1), endpoint(panel, 2)]);
      await run(
        `insert into wayleave.panels (id, namespace, name, location, identity, endpoints)
         values (${idOf(panel, '0')}, 'bench', 'panel-${String(panel)}', 'nl', 'guid ${String(panel)}', '${endpoints}')`,
      );
    }
    for (const statement of statementsFor(rows)) await run(statement);
    await run('vacuum analyze');
  });
}

const statementsFor = (rows: string): string[] => [
  `insert into wayleave.subscriptions (id, namespace, name, source, short_id)
   select ${idOf(3)}, 'bench', 'customer-' || i, 'ledger', lpad(to_hex(i), 8, '0') from ${rows}`,
  `insert into wayleave.credentials (subscription_id, generation, client_uuid)
   select ${idOf(3)}, 1, gen_random_uuid() from ${rows}`,
  `insert into wayleave.subscription_tokens (token_hash, subscription_id, serial, key_id)
   select sha256(('bench' || lpad(i::text, 27, '0'))::bytea), ${idOf(3)}, 1, 'bench' from ${rows}`,
  `insert into wayleave.entitlements (subscription_id, source, title, expires_at, traffic_limit_bytes)
   select ${idOf(3)}, 'ledger', '{"default": "A month", "ru": "Месяц"}', now() + interval '30 days', 107374182400 from ${rows}`,
  `insert into wayleave.subscription_states (subscription_id) select ${idOf(3)} from ${rows}`,
  ...panels.flatMap((panel) => [
    `insert into wayleave.panel_clients (panel_id, subscription_id, generation, email, inbounds, fingerprint, enabled)
     select ${idOf(panel, '0')}, ${idOf(3)}, 1, 'wl-' || lpad(to_hex(i), 8, '0'), '{in-1,in-2}', 'as desired', true from ${rows}`,
    `insert into wayleave.panel_usage (panel_id, subscription_id, email, counter_up, counter_down)
     select ${idOf(panel, '0')}, ${idOf(3)}, 'wl-' || lpad(to_hex(i), 8, '0'), 1000::bigint * i, 20000::bigint * i from ${rows}`,
  ]),
];
