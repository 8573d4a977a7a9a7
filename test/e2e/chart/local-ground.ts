import type { KubeClient } from '../../../src/kube/index.ts';
import type { ChartCluster } from '../../support/chart-cluster.ts';
import { startFront } from '../../support/front.ts';
import type { Ground } from '../story/ground.ts';

/** One pod of each part, each on the pod's own address: they share the loopback of this machine. */
const chartFlags = [
  '--set=listenHost=$(POD_IP)',
  ...['operator', 'bot', 'subscriptions'].map((part) => `--set=${part}.replicas=1`),
];

/** A real API server whose pods are processes of this machine. */
export function localGround({ helm, kubelet }: ChartCluster, client: KubeClient): Ground {
  return {
    client,
    chartFlags,
    helm: (args, values) => helm.run(args, values),
    reach: ({ namespace, service, podPort }) => startFront(() => kubelet.addressesOf(namespace, service), podPort),
  };
}
