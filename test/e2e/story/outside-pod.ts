import path from 'node:path';
import { rolldown } from 'rolldown';
import type { KubeObject } from '../../../src/kube/index.ts';
import { outsideName, outsidePorts, panelPath } from './outside-facts.ts';

export interface OutsidePod {
  readonly namespace: string;
  /** The product's own: there is a Node in it. */
  readonly image: string;
  readonly panelToken: string;
  readonly botToken: string;
}

/** A ConfigMap holds a mebibyte; this is a fifth of it. */
const file = 'outside.mjs';
const folder = '/story';
const labels = { 'app.kubernetes.io/name': outsideName };

/** The program of `outside.ts` and all that it imports, as one file for any Node that the product runs on. */
export async function bundleOutside(): Promise<string> {
  const root = path.resolve(import.meta.dirname, '../../..');
  const build = await rolldown({
    cwd: root,
    input: path.join(import.meta.dirname, 'outside.ts'),
    platform: 'node',
    resolve: { symlinks: false },
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** What puts a panel and Telegram into a cluster, under Pod Security's level `restricted` as everything here. */
export function outsideObjects(pod: OutsidePod, program: string): readonly KubeObject[] {
  const { namespace, panelToken, botToken } = pod;
  const metadata = { name: outsideName, namespace, labels };
  const ports = Object.entries(outsidePorts).map(([name, port]) => ({ name, port, targetPort: port }));
  const object = (kind: string, content: object): KubeObject => ({ apiVersion: 'v1', kind, metadata, ...content });
  return [
    object('ConfigMap', { data: { [file]: program } }),
    object('Secret', { stringData: { panel: panelToken, telegram: botToken } }),
    object('Service', { spec: { selector: labels, ports } }),
    object('Pod', { spec: podSpec(pod) }),
  ];
}

function podSpec({ image }: OutsidePod): object {
  const token = (key: string): object => ({ valueFrom: { secretKeyRef: { name: outsideName, key } } });
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: outsideName,
        image,
        command: ['/usr/local/bin/node', `${folder}/${file}`],
        env: [
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'PANEL_TOKEN', ...token('panel') },
          { name: 'TELEGRAM_TOKEN', ...token('telegram') },
        ],
        ports: Object.entries(outsidePorts).map(([name, containerPort]) => ({ name, containerPort })),
        readinessProbe: { httpGet: { path: panelPath, port: outsidePorts.panel }, periodSeconds: 1 },
        resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'program', mountPath: folder, readOnly: true }],
      },
    ],
    volumes: [{ name: 'program', configMap: { name: outsideName } }],
  };
}

/** Lets the bot speak to a Telegram inside of the cluster: the chart lets it out to the world at port 443. */
export function wayToTelegram(namespace: string): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: outsideName, namespace },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/component': 'bot' } },
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: outsidePorts.telegram }], to: [{ namespaceSelector: {} }] }],
    },
  } as KubeObject;
}
