import type { VPNPanel } from '../../api/index.ts';
import { describeError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { readConnection } from '../../controllers/panel/connection.ts';
import { isKubeError, keyOf, type KubeClient } from '../../kube/index.ts';
import type { PanelProbe } from '../../panels/driver.ts';
import { openPanel } from '../../panels/open.ts';
import { outOfReach, type Check } from './finding.ts';
import { judgePanel, type OwnProbe } from './judge-panel.ts';
import type { Surroundings } from '../surroundings.ts';

/** Each panel: what the operator says of it, and whether it answers us with its own credentials. */
export function panelChecks({ panels, cluster, clock }: Surroundings): readonly Check[] {
  if ('why' in panels || 'why' in cluster) {
    return [outOfReach('panels', 'why' in panels ? `cannot be listed: ${panels.why}` : 'the cluster is out of reach')];
  }
  return panels.it.map((panel) => ({
    name: `panel ${keyOf(panel)}`,
    look: async (signal) => judgePanel(panel, await probeOnce(cluster.it, panel, signal), clock.now()),
  }));

  async function probeOnce(client: KubeClient, panel: VPNPanel, signal: AbortSignal): Promise<OwnProbe> {
    try {
      // Whose clients are whose makes no difference to a probe.
      const connection = await readConnection(client, panel, '');
      return { probe: await probeWith(connection, panel, signal) };
    } catch (thrown) {
      if (isKubeError(thrown, 'KUBE_FORBIDDEN')) return { notTried: 'this account may not read its Secret' };
      return { failure: describeError(thrown) };
    }
  }

  async function probeWith(
    connection: Awaited<ReturnType<typeof readConnection>>,
    { spec }: VPNPanel,
    signal: AbortSignal,
  ): Promise<PanelProbe> {
    const driver = openPanel(connection, spec.driver, { clock, random: Math.random, log: silentLog });
    try {
      return await driver.probe({ signal });
    } finally {
      await driver.close();
    }
  }
}
