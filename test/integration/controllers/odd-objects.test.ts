import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { setTraffic } from '../../support/world/traffic.ts';
import { createWorld, type World } from '../../support/world/world.ts';

const soon = { timeout: 40_000, interval: 100 };
const oddTimes = [
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:00',
  '2016-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '1970-01-01T00:00:00Z',
  '2026-02-31T00:00:00Z',
  '2027-01-01t00:00:00z',
];

describe('an object that is odd', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  async function becomes(name: string, state: string): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(name);
      expect(stateOf(found)).toBe(state);
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  it('stops nobody else: strange times that the API server takes', async () => {
    await world.addPanel('nl');
    const taken: string[] = [];
    for (const [at, expiresAt] of oddTimes.entries()) {
      try {
        await world.subscription(`odd-${String(at)}`, { expiresAt });
        taken.push(expiresAt);
      } catch {
        // The API server refuses it: as well.
      }
    }
    for (let at = 0; at < 10; at += 1) await world.subscription(`plain-${String(at)}`);
    world.startOperator();
    for (let at = 0; at < 10; at += 1) await becomes(`plain-${String(at)}`, 'True/Ready');
    for (const [at, expiresAt] of oddTimes.entries()) {
      if (!taken.includes(expiresAt)) continue;
      await vi.waitFor(async () => {
        expect(stateOf(await world.get(`odd-${String(at)}`)), expiresAt).toMatch(/^(True\/Ready|False\/Expired)$/);
      }, soon);
    }
  });

  it.each(['1970-01-01T00:00:00Z', '1972-06-01T00:00:00Z', '1950-01-01T00:00:00Z'])(
    'is cut off also when its end is set to %s',
    async (expiresAt) => {
      const nl = await world.addPanel('nl');
      await world.subscription('alice');
      world.startOperator();
      await becomes('alice', 'True/Ready');
      await world.patch(vpnSubscriptions, 'alice', { spec: { expiresAt } });
      await vi.waitFor(() => {
        expect(clientsOf(nl)[0]?.enable).toBe(false);
      }, soon);
    },
  );

  it('is told whatever a panel says: endless texts, too many inbounds, impossible ports', async () => {
    const nl = await world.addPanel('nl');
    const [template] = nl.state.inbounds;
    if (template === undefined) throw new Error('no inbound');
    template.remark = 'ü'.repeat(5000);
    for (let at = 0; at < 65; at += 1) {
      nl.state.inbounds.push({
        ...structuredClone(template),
        id: 1000 + at,
        tag: `${'t'.repeat(300)}-${String(at)}`,
        remark: '💥'.repeat(3000),
        port: at === 0 ? 70_000 : at === 1 ? -1 : 30_000 + at,
        protocol: at % 2 === 0 ? 'vmess'.repeat(40) : 'vless',
      });
    }
    await world.subscription('alice');
    world.startOperator();
    await vi.waitFor(async () => {
      const panel = await world.panel('nl');
      expect(stateOf(panel, 'Reachable')).toBe('True/Reachable');
      expect(panel.status?.inbounds).toHaveLength(64);
    }, soon);
  });

  it('on a panel is counted, never touched, and spoils no reading: strange marks', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice', { trafficLimit: '10Mi' });
    world.startOperator();
    await becomes('alice', 'True/Ready');
    const [inbound] = nl.state.inbounds;
    if (inbound === undefined) throw new Error('no inbound');
    const ours = inbound.settings.clients?.[0];
    const [, installation = ''] = ours?.comment?.split('/') ?? [];
    const strange = [
      { email: 'wl-unknownsub1', comment: `wayleave/${installation}/0190aaaa-0000-7000-8000-000000000001` },
      { email: 'wl-notauuid', comment: `wayleave/${installation}/not-a-uuid` },
      {
        email: 'wl-foreigninst',
        comment: 'wayleave/0190aaaa-0000-7000-8000-00000000000f/0190aaaa-0000-7000-8000-000000000001',
      },
      { email: 'wl-nomark', comment: '' },
    ];
    for (const [at, { email, comment }] of strange.entries()) {
      const id = `0190aaaa-0000-4000-8000-00000000010${String(at)}`;
      inbound.settings.clients?.push({ id, email, comment, enable: true, flow: '' });
      nl.state.traffic.push({
        id: 9000 + at,
        inboundId: inbound.id,
        enable: true,
        email,
        up: 77,
        down: 0,
        allTime: 0,
        expiryTime: 0,
        total: 0,
        reset: 0,
        lastOnline: 0,
      });
    }
    await vi.waitFor(async () => {
      expect((await world.panel('nl')).status?.clients).toMatchObject({ unclaimed: 2, foreign: 2, managed: 1 });
    }, soon);
    setTraffic(nl, ours?.email ?? '', 11 * 2 ** 20);
    await becomes('alice', 'False/Limited');
    expect(inbound.settings.clients?.filter(({ enable }) => enable)).toHaveLength(4);
  });
});
