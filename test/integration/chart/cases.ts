/** Installations that differ in what they use; each is rendered, shown to the API server, and held to the same rules. */
export interface ChartCase {
  readonly values: Readonly<Record<string, unknown>>;
  /** Its whole text is kept in `golden/`. */
  readonly golden?: true;
}

const publicUrl = 'https://sub.example.com';
const byUrl = { publicUrl, database: { existingSecret: { name: 'wayleave-database' } } };
const gateway = { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }] };

export const cases: Readonly<Record<string, ChartCase>> = {
  smallest: { values: byUrl, golden: true },
  'one namespace': {
    values: { ...byUrl, watchNamespace: 'shop-a', rbac: { aggregate: false, confineSecrets: false } },
  },
  'for evaluation': { values: { publicUrl, database: { embedded: { enabled: true } } }, golden: true },
  'for evaluation, without a volume': {
    values: { publicUrl, database: { embedded: { enabled: true, storage: '' } }, crds: { keep: false } },
  },
  'a cluster of CloudNativePG': { values: { publicUrl, database: { cloudNativePG: { cluster: 'shop-db' } } } },
  'a cluster of CloudNativePG with a login for each part': {
    values: {
      publicUrl,
      database: {
        cloudNativePG: {
          cluster: 'shop-db',
          database: 'wayleave',
          logins: { operator: 'db-operator', bot: 'db-bot', subscriptions: 'db-subscriptions' },
        },
      },
    },
  },
  'a pooler': {
    values: {
      publicUrl,
      database: { existingSecret: { name: 'pooled', keys: { botDirect: 'direct', subscriptionsDirect: 'direct' } } },
    },
  },
  'names that YAML takes for something else': {
    values: {
      ...byUrl,
      publicUrl: 'https://Sub.Example.com/S',
      watchNamespace: '12',
      listenHost: '[::]',
      subscriptions: { ingress: { enabled: true } },
    },
  },
  'only the operator': {
    values: {
      ...byUrl,
      bot: { enabled: false },
      subscriptions: { enabled: false },
      operator: { replicas: 1 },
      monitoring: { rules: { enabled: true } },
    },
  },
  'nothing that can be left out': {
    values: {
      ...byUrl,
      crds: { enabled: false },
      rbac: { create: false, aggregate: false },
      networkPolicy: { enabled: false },
      topologySpread: false,
      operator: { podDisruptionBudget: false, serviceAccount: { name: 'given' }, resources: {} },
      bot: { podDisruptionBudget: false, serviceAccount: { name: 'given-too' }, resources: {} },
      subscriptions: {
        podDisruptionBudget: false,
        serviceAccount: { name: 'given-as-well' },
        resources: {},
        snapshot: { enabled: false },
      },
    },
  },
  'traces for a collector outside': {
    values: { ...byUrl, tracing: { endpoint: 'https://otlp.example.com/otlp' } },
  },
  everything: {
    golden: true,
    values: {
      publicUrl: 'https://vpn.example.com/s',
      commonLabels: { team: 'vpn' },
      image: { digest: `sha256:${'0'.repeat(64)}`, pullSecrets: ['registry'] },
      database: { existingSecret: { name: 'wayleave-database' } },
      tokenKey: { generate: false },
      externalSecrets: { store: { name: 'vault' }, database: 'wayleave/database', tokenKey: 'wayleave/token-key' },
      priorityClass: { create: true },
      pods: { nodeSelector: { 'kubernetes.io/arch': 'amd64' }, annotations: { 'example.com/a': 'all' } },
      operator: {
        pods: { tolerations: [{ key: 'vpn', operator: 'Exists' }], labels: { tier: 'inner' } },
        env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ssl/ours.pem' }],
        serviceAccount: { annotations: { 'example.com/role': 'operator' } },
      },
      bot: {
        webhooks: {
          host: 'bot.example.com',
          ingress: { enabled: true, className: 'nginx', tlsSecretName: 'bot-tls' },
          httpRoute: gateway,
        },
      },
      tracing: {
        endpoint: 'https://otel-collector.observability:4318',
        headersSecret: { name: 'collector', key: 'api-key' },
      },
      subscriptions: {
        autoscaling: { enabled: true },
        trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
        profile: { webPageUrl: 'https://example.com', supportUrl: 'https://t.me/example' },
        snapshot: { existingSecret: 'snapshot' },
        service: { type: 'LoadBalancer', port: 8080, annotations: { 'example.com/lb': 'public' } },
        ingress: {
          enabled: true,
          className: 'nginx',
          tlsSecretName: 'sub-tls',
          annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
        },
        httpRoute: gateway,
      },
      networkPolicy: {
        databasePeers: [{ ipBlock: { cidr: '10.1.0.0/16' } }],
        apiServerPeers: [{ ipBlock: { cidr: '10.2.0.1/32' } }],
        botExcept: ['192.0.2.0/24', '2001:db8::/32'],
        ingressPeers: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
        tracingPeers: [{ namespaceSelector: { matchLabels: { name: 'observability' } } }],
        metricsPeers: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
      },
      monitoring: {
        podMonitor: { enabled: true, labels: { release: 'prometheus' } },
        rules: { enabled: true, labels: { release: 'prometheus' } },
        dashboards: { enabled: true, annotations: { grafana_folder: 'Wayleave' } },
      },
    },
  },
};
