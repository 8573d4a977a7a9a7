/** What values of one form have in common: `$defs` of the schema. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const strings: Schema = { type: 'object', additionalProperties: text };
const ofKubernetes = ['name', 'instance', 'version', 'component', 'managed-by', 'part-of'];
const labels: Schema = {
  ...strings,
  properties: Object.fromEntries(
    ['helm.sh/chart', ...ofKubernetes.map((one) => `app.kubernetes.io/${one}`)].map((one) => [one, false]),
  ),
};
const objects: Schema = { type: 'array', items: { type: 'object' } };

function strict(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, additionalProperties: false };
}

const definition = (description: string, schema: Schema): Schema => ({ description, ...schema });

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const name: Schema = { ...text, pattern: String.raw`^(${label}(\.${label})*)?$`, maxLength: 253 };
const amounts: Schema = {
  type: 'object',
  additionalProperties: { type: ['string', 'number'], pattern: String.raw`^[0-9]+(\.[0-9]+)?(m|[EPTGMK]i?|k)?$` },
};

export const definitions: Readonly<Record<string, Schema>> = {
  name: definition('The name of an object, or nothing.', name),
  namespace: definition('The name of a namespace, or nothing.', { ...text, pattern: `^(${label})?$`, maxLength: 63 }),
  part: definition('The beginning of names, or nothing.', { ...text, pattern: `^(${label})?$`, maxLength: 40 }),
  hostname: definition('A host name, or nothing.', name),
  duration: definition('A duration such as 15s, 2m or 1h.', { ...text, pattern: '^[0-9]+(ms|s|m|h)$' }),
  quantity: definition('A quantity such as 512Mi, or nothing.', {
    ...text,
    pattern: String.raw`^([0-9]+(\.[0-9]+)?([EPTGMK]i?|k)?)?$`,
  }),
  port: definition('A port.', { type: 'integer', minimum: 1, maximum: 65_535 }),
  cidr: definition('A network such as 10.0.0.0/8.', { ...text, pattern: '^[0-9a-fA-F.:]+/[0-9]+$' }),
  strings: definition('Names and texts.', strings),
  labels: definition('Labels, but not those by which the chart finds its own.', labels),
  resources: definition('Requests and limits of a container.', strict({ requests: amounts, limits: amounts })),
  env: definition("A container's `env`.", {
    type: 'array',
    items: {
      ...strict({ name: { ...text, minLength: 1 }, value: text, valueFrom: { type: 'object' } }),
      required: ['name'],
    },
  }),
  peers: definition('NetworkPolicyPeers.', {
    type: 'array',
    items: strict({
      podSelector: { type: 'object' },
      namespaceSelector: { type: 'object' },
      ipBlock: { type: 'object' },
    }),
  }),
  serviceAccount: definition('A ServiceAccount.', strict({ name, annotations: strings })),
  ingress: definition(
    'An Ingress.',
    strict({ enabled: { type: 'boolean' }, className: name, annotations: strings, tlsSecretName: name }),
  ),
  httpRoute: definition(
    'An HTTPRoute of the Gateway API.',
    strict({
      enabled: { type: 'boolean' },
      annotations: strings,
      parentRefs: {
        type: 'array',
        items: {
          ...strict({
            name: { ...text, minLength: 1 },
            namespace: text,
            sectionName: text,
            port: { type: 'integer' },
            group: text,
            kind: text,
          }),
          required: ['name'],
        },
      },
    }),
  ),
  pods: definition(
    'What pods have beside what the product needs.',
    strict({
      labels,
      annotations: strings,
      nodeSelector: strings,
      tolerations: objects,
      affinity: { type: 'object' },
      topologySpreadConstraints: objects,
      priorityClassName: text,
      runtimeClassName: text,
      hostAliases: objects,
    }),
  ),
};
