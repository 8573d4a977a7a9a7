import path from 'node:path';

/** Where one control plane keeps its files and listens. */
export interface Layout {
  readonly directory: string;
  readonly etcdPort: number;
  readonly apiserverPort: number;
}

const pki = (layout: Layout, name: string): string => path.join(layout.directory, 'pki', name);

/** The peer port is never spoken to; port 0 keeps two clusters from meeting on 2380. */
export function etcdArgs(layout: Layout, durable: boolean): string[] {
  const url = `https://127.0.0.1:${layout.etcdPort}`;
  return [
    `--data-dir=${path.join(layout.directory, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--client-cert-auth=true',
    `--trusted-ca-file=${pki(layout, 'etcd-ca.crt')}`,
    `--cert-file=${pki(layout, 'etcd.crt')}`,
    `--key-file=${pki(layout, 'etcd.key')}`,
    `--unsafe-no-fsync=${String(!durable)}`,
  ];
}

/**
 * The issuer has no port in it, so that ServiceAccount tokens stay valid when the port changes. No endpoints are kept
 * for the `kubernetes` Service: nothing runs inside this cluster, and a machine without a network has no address to
 * give. ServiceAccount admission is off, because pods are only records here.
 */
export function apiServerArgs(layout: Layout): string[] {
  return [
    `--etcd-servers=https://127.0.0.1:${layout.etcdPort}`,
    `--etcd-cafile=${pki(layout, 'etcd-ca.crt')}`,
    `--etcd-certfile=${pki(layout, 'etcd-client.crt')}`,
    `--etcd-keyfile=${pki(layout, 'etcd-client.key')}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${layout.apiserverPort}`,
    `--cert-dir=${path.join(layout.directory, 'pki')}`,
    `--tls-cert-file=${pki(layout, 'apiserver.crt')}`,
    `--tls-private-key-file=${pki(layout, 'apiserver.key')}`,
    `--client-ca-file=${pki(layout, 'ca.crt')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki(layout, 'service-accounts.pub')}`,
    `--service-account-signing-key-file=${pki(layout, 'service-accounts.key')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--disable-admission-plugins=ServiceAccount',
  ];
}

/** `own` without what `given` says: Kubernetes adds a list's second flag to its first instead of letting it win. */
export function withFlags(own: readonly string[], given: readonly string[]): string[] {
  const nameOf = (flag: string): string => flag.split('=', 1)[0] ?? flag;
  const names = new Set(given.map(nameOf));
  return [...own.filter((flag) => !names.has(nameOf(flag))), ...given];
}

const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
];

/** Without `--use-service-account-credentials` the controllers are forbidden to collect anything. */
export function controllerManagerArgs(layout: Layout, kubeconfig: string, more: readonly string[] = []): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    '--secure-port=0',
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${pki(layout, 'service-accounts.key')}`,
    `--root-ca-file=${pki(layout, 'ca.crt')}`,
    `--controllers=${[...CONTROLLERS, ...more].join(',')}`,
  ];
}
