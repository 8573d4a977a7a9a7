import Type from 'typebox';

import { SHORT_MESSAGE_LENGTH } from '../messages.ts';

import { atomicList, int32, int64, keyedBy, oneOf, type Rule, rules, time } from './builders.ts';
import { conditions, hostName, hostNameOrAddress, objectName, observedGeneration, oneLine } from './shared.ts';

const endpoint = Type.Object(
  {
    address: hostNameOrAddress('The public host name or IP address that customers connect to.'),
    port: Type.Optional(
      int32({
        description: 'The public port. Without it the port that the inbound listens on.',
        minimum: 1,
        maximum: 65_535,
      }),
    ),
    remark: oneLine({ description: 'What customers see in their list of servers.', maxLength: 128 }),
    serverName: Type.Optional(
      hostName('The TLS server name (SNI) to send, where it differs from what the inbound tells.'),
    ),
  },
  { description: 'One way in for customers.' },
);

const inbound = Type.Object(
  {
    name: objectName('A name for it, unique in this list.'),
    match: Type.Object(
      {
        tag: Type.Optional(
          Type.String({ description: "The inbound's tag on the panel.", minLength: 1, maxLength: 128 }),
        ),
        remark: Type.Optional(
          Type.String({
            description: "The inbound's remark (its name on the panel's page).",
            minLength: 1,
            maxLength: 128,
          }),
        ),
      },
      {
        description: 'Which inbound of the panel is meant: by its tag or by its remark.',
        ...rules({
          rule: 'has(self.tag) != has(self.remark)',
          message: 'give either tag or remark, not both and not neither',
        }),
      },
    ),
    endpoints: Type.Array(endpoint, {
      description: 'Where customers reach it. Each becomes a server in their list.',
      minItems: 1,
      maxItems: 16,
      ...atomicList,
    }),
  },
  { description: 'One inbound of the panel that is sold.' },
);

// These stand at `spec` because the API server repeats the value of the field where a rule stands, and what is refused
// here may hold a password or a private key that must not reach terminals and logs.
const urlRules: readonly Rule[] = [
  {
    rule: `isURL(self.url) && url(self.url).getScheme() in ['http', 'https'] && url(self.url).getHostname() != ''`,
    message: 'must be a URL with scheme http or https and a host, such as https://panel.example.com:2053/path/',
    fieldPath: '.url',
  },
  {
    rule: `!self.url.matches('^[^/]*//[^/]*@')`,
    message: 'must not contain a user name or password: put them into the Secret that credentialsSecretRef names',
    fieldPath: '.url',
    reason: 'FieldValueForbidden',
  },
  {
    rule: `!self.url.contains('?') && !self.url.contains('#')`,
    message: 'must end with the base path: leave out the query (?…) and the fragment (#…)',
    fieldPath: '.url',
  },
];

const caBundleRules: readonly Rule[] = [
  {
    rule: `!has(self.caBundle) || (self.caBundle.contains('-----BEGIN CERTIFICATE-----') && self.caBundle.contains('-----END CERTIFICATE-----'))`,
    message: 'must be PEM text with at least one block -----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----',
    fieldPath: '.caBundle',
  },
  {
    rule: `!has(self.caBundle) || !self.caBundle.contains('PRIVATE KEY-----')`,
    message: 'must hold certificates only: remove the private key, and replace it, since it was sent here',
    fieldPath: '.caBundle',
    reason: 'FieldValueForbidden',
  },
];

export const panelSpec = Type.Object(
  {
    url: Type.String({
      description:
        'Address of the panel with its base path, for example `https://panel.example.com:2053/secret-path/`. Credentials belong in the Secret.',
      minLength: 1,
      maxLength: 2048,
    }),
    driver: oneOf(['Auto', '3x-ui'], {
      description:
        'What the panel is. `Auto` finds out; a product is an assertion, and nothing is written to a panel that is something else.',
      default: 'Auto',
    }),
    credentialsSecretRef: Type.Object(
      {
        name: objectName('Name of the Secret.', 253),
      },
      {
        description:
          'Secret of type `wayleave.dev/panel-credentials` in the same namespace with the key `token`, or the keys `username` and `password`. It is read again at each probe, so a rotated one is used within a minute.',
      },
    ),
    caBundle: Type.Optional(
      Type.String({
        description:
          'PEM certificates to trust for this panel instead of the system’s, for a self-signed certificate or a private authority.',
        minLength: 1,
        maxLength: 65_536,
      }),
    ),
    inbounds: Type.Optional(
      Type.Array(inbound, {
        description:
          'The inbounds that are sold and how customers reach them. Without it every usable inbound is sold, at the host of `url`.',
        maxItems: 64,
        ...keyedBy('name'),
        ...rules({
          rule: 'self.all(one, self.exists_one(other, one.match == other.match))',
          message: 'two entries match the same inbound: put all its endpoints into one entry',
        }),
      }),
    ),
    location: Type.Optional(
      oneLine({ description: 'Where it stands, for people, for example `Amsterdam`.', maxLength: 64 }),
    ),
    mode: oneOf(['Manage', 'Observe'], {
      description: '`Manage` makes the panel agree; `Observe` reads and reports and never writes.',
      default: 'Manage',
    }),
    scheduling: oneOf(['Active', 'Cordoned', 'Draining'], {
      description:
        '`Active` takes new subscriptions; `Cordoned` keeps those it has and takes no more; `Draining` also moves away those it has.',
      default: 'Active',
    }),
    capacity: Type.Optional(
      Type.Object(
        {
          maxClients: Type.Optional(
            int32({
              description: 'At most this many of our clients; then it takes no more subscriptions.',
              minimum: 1,
              maximum: 1_000_000,
            }),
          ),
        },
        { description: 'How much it may carry.' },
      ),
    ),
    paused: Type.Boolean({ description: 'Leave the panel alone: no reads, no writes.', default: false }),
    pollIntervalSeconds: int32({
      description: 'Seconds between two readings of the panel; stretched for a panel that is slow to answer.',
      minimum: 5,
      maximum: 3600,
      default: 45,
    }),
  },
  { description: 'What you want of the panel.', ...rules(...urlRules, ...caBundleRules) },
);

const observedInbound = Type.Object(
  {
    tag: Type.String({ description: 'Its tag.', maxLength: 256 }),
    remark: Type.String({ description: 'Its remark.', maxLength: 256 }),
    protocol: Type.String({ description: 'For example `vless`.', maxLength: 64 }),
    transport: Type.String({
      description: 'For example `tcp`, `ws`, `grpc`, `httpupgrade` or `xhttp`.',
      maxLength: 64,
    }),
    security: Type.String({ description: '`none`, `tls` or `reality`.', maxLength: 64 }),
    port: Type.Integer({ description: 'The port that it listens on.', format: 'int32', minimum: 0, maximum: 65_535 }),
    usable: Type.Boolean({ description: 'Whether subscriptions can be put on it.' }),
    reason: Type.Optional(Type.String({ description: 'Why it is not usable, in one word.', maxLength: 128 })),
    message: Type.Optional(
      Type.String({ description: 'Why it is not usable, for people.', maxLength: SHORT_MESSAGE_LENGTH }),
    ),
    lockedOut: Type.Optional(
      Type.Array(
        Type.Object({
          families: Type.Array(Type.String({ maxLength: 64 }), {
            description: 'Client apps by family.',
            maxItems: 16,
            ...atomicList,
          }),
          message: Type.String({ description: 'What would let them in.', maxLength: SHORT_MESSAGE_LENGTH }),
        }),
        { description: 'Client apps that cannot use it.', maxItems: 8, ...atomicList },
      ),
    ),
  },
  { description: 'One inbound as the panel has it.' },
);

const count = (description: string) => int64({ description, minimum: 0 });

export const panelStatus = Type.Object(
  {
    observedGeneration,
    product: Type.Optional(Type.String({ description: 'What the panel is, for example `3x-ui`.', maxLength: 64 })),
    version: Type.Optional(Type.String({ description: 'Its version, where it tells.', maxLength: 64 })),
    dialect: Type.Optional(
      Type.String({ description: 'The generation of its API, for example `3x-ui/g4`.', maxLength: 64 }),
    ),
    panelGuid: Type.Optional(
      Type.String({ description: 'Its own identity; another one means that the panel was replaced.', maxLength: 256 }),
    ),
    coreVersion: Type.Optional(Type.String({ description: 'The version of its Xray.', maxLength: 64 })),
    lastContactTime: Type.Optional(
      time('When it last answered, as of the last change of this status: it is not written for its own sake.'),
    ),
    inbounds: Type.Optional(
      Type.Array(observedInbound, { description: 'What the panel has.', maxItems: 64, ...atomicList }),
    ),
    clients: Type.Optional(
      Type.Object(
        {
          managed: count('Ours.'),
          foreign: count('Not marked as ours: never touched.'),
          unclaimed: count('Marked as ours, but without a subscription: reported, never removed by itself.'),
          drifted: count('Ours, and not as they must be: being repaired.'),
          pending: count('Still to be put on the panel.'),
          revokePending: count('Still to be taken off the panel.'),
        },
        { description: 'Clients on the panel.' },
      ),
    ),
    conditions: conditions('What holds for the panel; `Ready` sums it up.'),
  },
  { description: 'What the operator saw last.' },
);
