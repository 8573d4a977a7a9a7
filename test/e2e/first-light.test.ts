import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parseVlessLink } from '../../src/formats/parse-vless-link.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/store/index.ts';
import { serveFromStore } from '../../src/subscriptions/index.ts';
import { startRealPanel } from '../support/panels.ts';
import { freePort } from '../support/processes.ts';
import type { RealPanel } from '../support/real-3x-ui.ts';
import { demoInbounds, type InboundDraft, type ThreeXuiSimulator } from '../support/simulators/3x-ui/index.ts';
import { ensureTool } from '../support/toolchain.ts';
import { spawnOperator, type OperatorProcess } from '../support/world/operator-process.ts';
import { createWorld, type World } from '../support/world/world.ts';
import { openTunnel, startOrigin, startRealityTarget, type Origin, type Tunnel } from '../support/xray-client.ts';
import { Backdoor } from '../integration/panels/backdoor.ts';
import { addDrafts } from '../integration/panels/panel-under-test.ts';

const soon = { timeout: 60_000, interval: 200 };
/** How long new connections may still be let in after access was cut. */
const cutWithin = { timeout: 10_000, interval: 200 };

/** The story of the README, with kubectl, a real 3x-ui v2.9.4, a 3x-ui v3.6.0 (simulated) and a real Xray behind both. */
describe('first light', () => {
  const ends: (() => Promise<void>)[] = [];
  let world: World;
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (manifest: object) => Promise<string>;
  let xray: string;
  let origin: Origin;
  let de: ThreeXuiSimulator;
  let nl: RealPanel;
  let operator: OperatorProcess;
  let service: string;
  let url: string;
  const tunnels = new Map<string, Tunnel>();

  beforeAll(async () => {
    world = await createWorld();
    ends.push(() => world.end());
    xray = await ensureTool('xray');
    const program = await ensureTool('kubectl');
    kubectl = async (...args) => {
      const all = ['--kubeconfig', inject('kubeconfig'), '--namespace', world.namespace, ...args];
      return (await promisify(execFile)(program, all)).stdout;
    };
    apply = async (manifest) => {
      const running = promisify(execFile)(program, ['--kubeconfig', inject('kubeconfig'), 'apply', '-f', '-']);
      running.child.stdin?.end(JSON.stringify(manifest));
      return (await running).stdout;
    };
    origin = await startOrigin();
    ends.push(() => origin.stop());
    nl = await startRealPanel();
    ends.push(() => nl.stop());
    const backdoor = await Backdoor.open(nl);
    await addDrafts(backdoor, await inbounds());
    await backdoor.raw.close();
    de = await world.addPanel('de', { xray: { binary: xray }, inbounds: await inbounds(), register: false });
    const registry = new Registry();
    const store = await openStore({
      databaseUrl: world.databaseUrl,
      role: 'subscriptions',
      log: silentLog,
      applicationName: 'test',
    });
    const stop = new AbortController();
    const subscriptions = await serveFromStore({
      store,
      databaseUrl: world.databaseUrl,
      listen: { host: '127.0.0.1', port: 0 },
      trustedProxies: [],
      profile: { title: 'Wayleave', updateIntervalHours: 12 },
      log: silentLog,
      clock: systemClock,
      random: Math.random,
      registry,
    });
    const serving = subscriptions.run(stop.signal);
    ends.push(async () => {
      stop.abort();
      await serving;
      await store.close();
    });
    service = `http://127.0.0.1:${String(subscriptions.address.port)}`;
    operator = spawnOperator(world);
    ends.push(() => operator.stop());
  });

  afterAll(async () => {
    for (const tunnel of tunnels.values()) await tunnel.stop();
    for (const end of ends.toReversed()) await end();
  });

  async function inbounds(): Promise<readonly InboundDraft[]> {
    const target = await startRealityTarget();
    ends.push(() => target.stop());
    const [reality, ws, grpc] = [await freePort(), await freePort(), await freePort()];
    return demoInbounds({
      ports: { reality, ws, grpc },
      realityTarget: target.address,
      serverNames: [target.serverName],
    });
  }

  function panel(name: string, panelUrl: string, credentials: object): object {
    const metadata = { name, namespace: world.namespace };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...metadata, name: `${name}-panel` },
      type: 'wayleave.dev/panel-credentials',
      stringData: credentials,
    };
    const spec = {
      url: panelUrl,
      credentialsSecretRef: { name: `${name}-panel` },
      location: name.toUpperCase(),
      pollIntervalSeconds: 5,
    };
    const resource = {
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNPanel',
      metadata: { ...metadata, labels: { tier: 'standard' } },
      spec,
    };
    return { apiVersion: 'v1', kind: 'List', items: [secret, resource] };
  }

  async function fetchSubscription(): Promise<{ body: string; links: string[]; userinfo: string }> {
    const answer = await fetch(url, { headers: { 'user-agent': 'v2rayNG/2.3.5' } });
    expect(answer.status).toBe(200);
    const body = await answer.text();
    const links = Buffer.from(body, 'base64').toString('utf8').split('\n');
    return { body, links, userinfo: answer.headers.get('subscription-userinfo') ?? '' };
  }

  const refused = async (): Promise<string[]> => {
    const names: string[] = [];
    for (const [name, tunnel] of tunnels) {
      const text = await tunnel.fetch(origin.url).catch(() => undefined);
      if (text !== origin.text) names.push(name);
    }
    return names;
  };

  it('kubectl apply of panels, a plan and a subscription ends in Ready 2/2', async () => {
    await apply(panel('nl', nl.url, { username: nl.username, password: nl.password }));
    await apply(panel('de', de.url, { token: de.token }));
    await apply({
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNPlan',
      metadata: { name: 'month', namespace: world.namespace },
      spec: {
        title: { default: 'A month' },
        period: 'P30D',
        trafficLimit: '100Gi',
        panelSelector: { matchLabels: { tier: 'standard' } },
      },
    });
    await apply({
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNSubscription',
      metadata: { name: 'alice', namespace: world.namespace },
      spec: {
        planRef: { name: 'month' },
        expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
        writeConnectionSecret: true,
      },
    });
    await vi.waitFor(async () => {
      expect(await kubectl('get', 'vsub', 'alice', '--no-headers')).toMatch(/^alice +Ready +2\/2 /);
    }, soon);
    expect(await kubectl('wait', '--for=condition=Ready', 'vsub/alice', '--timeout=30s')).toContain('condition met');
    expect(await kubectl('get', 'vpanel')).toMatch(/nl +Ready +3x-ui +.*\n?/);
  });

  it('the subscription URL serves working links for every inbound', async () => {
    const secret = await kubectl('get', 'secret', 'alice-connection', '-o', 'jsonpath={.data.url}');
    const written = new URL(Buffer.from(secret, 'base64').toString('utf8'));
    url = `${service}${written.pathname}`;
    const { links, userinfo } = await fetchSubscription();
    expect(links).toHaveLength(6);
    expect(userinfo).toContain(`total=${String(100 * 1024 ** 3)}`);
    for (const link of links) tunnels.set(parseVlessLink(link).endpoint.remark, await openTunnel(link, { xray }));
    expect(tunnels.size).toBe(6);
    await vi.waitFor(async () => {
      expect(await refused()).toEqual([]);
    }, soon);
  });

  it('a panel that is down changes nothing of it, is named with the time since when, and heals', async () => {
    const before = await fetchSubscription();
    await de.goOffline();
    await vi.waitFor(async () => {
      expect(await kubectl('get', 'vpanel', 'de', '--no-headers')).toMatch(/^de +Unreachable /);
    }, soon);
    const condition = JSON.parse(
      await kubectl('get', 'vpanel', 'de', '-o', 'jsonpath={.status.conditions[?(@.type=="Reachable")]}'),
    ) as { lastTransitionTime: string; message: string };
    expect(Date.now() - Date.parse(condition.lastTransitionTime)).toBeLessThan(120_000);
    expect((await fetchSubscription()).body).toBe(before.body);
    expect(await kubectl('get', 'vsub', 'alice', '--no-headers')).toMatch(/^alice +Ready +2\/2 /);
    await de.goOnline();
    await vi.waitFor(async () => {
      expect(await kubectl('get', 'vpanel', 'de', '--no-headers')).toMatch(/^de +Ready /);
    }, soon);
  });

  it('suspension refuses new connections on both panels within seconds, and the list says why', async () => {
    await kubectl('patch', 'vsub', 'alice', '--type=merge', '-p', '{"spec":{"suspended":true}}');
    await vi.waitFor(async () => {
      expect(await refused()).toHaveLength(6);
    }, cutWithin);
    await vi.waitFor(async () => {
      expect((await fetchSubscription()).links).toHaveLength(1);
    }, soon);
    await kubectl('patch', 'vsub', 'alice', '--type=merge', '-p', '{"spec":{"suspended":false}}');
    await vi.waitFor(async () => {
      expect(await refused()).toEqual([]);
      expect((await fetchSubscription()).links).toHaveLength(6);
    }, soon);
  });

  it('expiry refuses new connections within seconds, keeps the full list behind a notice, and a renewal works without a tap', async () => {
    const { links } = await fetchSubscription();
    const expiresAt = new Date(Date.now() + 2000);
    await kubectl(
      'patch',
      'vsub',
      'alice',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { expiresAt: expiresAt.toISOString() } }),
    );
    await vi.waitFor(() => {
      expect(Date.now()).toBeGreaterThan(expiresAt.getTime());
    }, cutWithin);
    await vi.waitFor(async () => {
      expect(await refused()).toHaveLength(6);
    }, cutWithin);
    expect(await kubectl('get', 'vsub', 'alice', '--no-headers')).toMatch(/^alice +Expired /);
    await vi.waitFor(async () => {
      const expired = await fetchSubscription();
      expect(expired.links.slice(1)).toEqual(links);
    }, soon);
    await kubectl(
      'patch',
      'vsub',
      'alice',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { expiresAt: new Date(Date.now() + 86_400_000).toISOString() } }),
    );
    await vi.waitFor(async () => {
      expect(await refused()).toEqual([]);
      expect((await fetchSubscription()).links).toEqual(links);
    }, soon);
  });

  it('an operator that is gone does not stop the links, and one that returns changes nothing', async () => {
    const before = await fetchSubscription();
    await operator.stop('SIGKILL');
    expect((await fetchSubscription()).body).toBe(before.body);
    expect(await refused()).toEqual([]);
  });
});
