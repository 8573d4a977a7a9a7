import { silentLog } from '../../base/log.ts';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import type { PanelDriver, PanelListing } from '../../panels/driver.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { PanelPoller, type PanelPollerHooks } from './poller.ts';
import { RevocationDesk, type DeskRecords } from './revocation-desk.ts';

it('records nothing of a reading that ends after we ceased to lead: the next leader has newer counters', async () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const tell =
    (what: string): (() => Promise<void>) =>
    () => {
      told.push(what);
      return Promise.resolve();
    };
  const hooks: PanelPollerHooks = {
    changed: () => undefined,
    claims: () => false,
    drifted: () => undefined,
    usage: tell('usage'),
    seen: tell('seen'),
    unclaimed: tell('unclaimed'),
  };
  const records = { openRevocations: [], recentRevocations: [], holds: () => false } as unknown as DeskRecords;
  const poller = new PanelPoller({
    records: records as never,
    deliveries: new DeliveryQueue(clock, () => 0.5),
    revocations: new RevocationDesk(records, clock, silentLog),
    clock,
    random: () => 0.5,
    hooks,
  });
  const client = { email: 'wl-a', subscriptionId: 'a', fingerprint: '' };
  const listing: PanelListing = {
    clients: new Map([[client.email, client]]),
    foreign: 0,
    usage: new Map([[client.email, { upBytes: 1, downBytes: 1, lastOnlineMs: 0 }]]),
  };
  const leadership = new AbortController();
  const driver = (whileReading: () => void): PanelDriver =>
    ({
      list: () => {
        whileReading();
        return Promise.resolve(listing);
      },
    }) as unknown as PanelDriver;
  await poller.poll(
    driver(() => {
      leadership.abort();
    }),
    1000,
    true,
    leadership.signal,
  );
  expect(told).toEqual([]);
  await poller.poll(
    driver(() => undefined),
    1000,
    true,
    new AbortController().signal,
  );
  expect(told).toEqual(['unclaimed', 'usage']);
});
