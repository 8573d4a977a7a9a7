import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { openCluster, type Cluster } from '../support/rollout/cluster.ts';
import { Crowd } from '../support/rollout/crowd.ts';
import { copyVersions, type Versions } from '../support/rollout/next-version.ts';
import { SubLoad } from '../support/rollout/sub-load.ts';
import { examine } from '../support/shop-world/books.ts';

/** Before anything is rolled out; each phone may ask for its list about once in two seconds. */
const customersBefore = 40;

/**
 * To a version with a newer schema, through the loss of a node, and back to the old version with the newer schema, while
 * phones fetch, customers buy, and what they bought reaches the panels.
 */
describe('an upgrade, a drained node and a rollback under load', () => {
  let versions: Versions;
  let cluster: Cluster;
  let load: SubLoad;
  let crowd: Crowd;

  beforeAll(async () => {
    versions = await copyVersions();
    cluster = await openCluster(versions.old);
    load = new SubLoad({ url: cluster.subscriptionsUrl, lanes: { kept: 6, fresh: 6 }, pauseMs: 150 });
    crowd = new Crowd({ telegram: cluster.shop.telegram, lanes: 10, onLink: (link) => load.add(link) });
    await crowd.comes(customersBefore);
  }, 240_000);
  afterAll(async () => {
    await load.stop();
    await cluster.end();
    await versions.remove();
  });

  it('fails no request of a phone and loses no webhook', async () => {
    const closing = new AbortController();
    await Promise.all([crowd.comesUntil(closing.signal), rolloutsOf(cluster, versions).finally(() => closing.abort())]);
    await load.stop();

    const { refused, payments, lost } = cluster.webhooks;
    expect(load.failures).toEqual([]);
    expect(lost).toEqual([]);
    expect(payments).toBe(crowd.served);
    expect(crowd.served).toBeGreaterThan(customersBefore);
    await vi.waitFor(async () => expect(await examine(cluster.shop, new Set())).toEqual([]), {
      timeout: 60_000,
      interval: 500,
    });
    if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
      await publishReliability({
        upgrade_requests: load.asked,
        upgrade_failed_requests: load.failures.length,
        upgrade_payments: payments,
        upgrade_lost_webhooks: lost.length,
        upgrade_refused_webhooks: refused.length,
      });
    }
  });
});

/** Forwards, through the loss of a node that holds one pod of each part, and back. */
async function rolloutsOf(cluster: Cluster, { old, next }: Versions): Promise<void> {
  const parts = Object.values(cluster.deployments);
  await Promise.all(parts.map((part) => part.roll(next)));
  expect(await versionsOf(cluster)).toEqual([next.name]);
  await Promise.all(parts.map((part) => part.evictOne(next)));
  await Promise.all(parts.map((part) => part.roll(old)));
  expect(await versionsOf(cluster)).toEqual([old.name]);
}

/** What all pods say that they are. */
async function versionsOf({ deployments }: Cluster): Promise<readonly string[]> {
  const pods = Object.values(deployments).flatMap((deployment) => deployment.pods);
  return [...new Set(await Promise.all(pods.map((pod) => pod.version())))];
}
