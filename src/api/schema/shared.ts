import Type from 'typebox';

import { atomicList, atomicMap, int32, int64, keyedBy, oneOf, rules, time } from './builders.ts';

/** A name that another object of the same namespace has; 63 because it is a label value as well. */
export const NAME_LENGTH = 63;

const HOST_NAME = '^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\\\\.)*[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$';

export function hostName(description: string) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 253,
    ...rules({
      rule: `self.matches('${HOST_NAME}')`,
      message: 'must be a host name such as www.example.com, without scheme, port or path',
    }),
  });
}

export function hostNameOrAddress(description: string) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 253,
    ...rules({
      rule: `isIP(self) || self.matches('${HOST_NAME}')`,
      message:
        'must be a host name such as nl.example.com or an IP address such as 192.0.2.7 or 2001:db8::7, without scheme, port, path or brackets (the port has its own field)',
    }),
  });
}

/** Text that a customer reads in one line. */
export function oneLine(options: { description: string; maxLength: number; minLength?: number }) {
  return Type.String({
    minLength: 1,
    ...options,
    ...rules({ rule: `!self.matches('\\\\p{Cc}')`, message: 'must be one line without control characters' }),
  });
}

/** The name of an object of Kubernetes or of an entry that is used like one. */
export function objectName(description: string, maxLength = NAME_LENGTH) {
  return Type.String({
    description,
    minLength: 1,
    maxLength,
    ...rules({
      rule: `self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')`,
      message:
        "must be a name of lower-case letters, digits, '-' and '.', such as nl-1, that begins and ends with a letter or digit",
    }),
  });
}

export const condition = Type.Object(
  {
    type: Type.String({
      description: 'What the condition is about.',
      maxLength: 316,
      pattern: '^[A-Za-z][A-Za-z0-9]*$',
    }),
    status: oneOf(['True', 'False', 'Unknown'], { description: 'Whether it holds.' }),
    reason: Type.String({
      description: 'One word that says why; the reference explains each and how to mend it.',
      minLength: 1,
      maxLength: 128,
      pattern: '^[A-Za-z][A-Za-z0-9]*$',
    }),
    message: Type.String({ description: 'The same for people, with names and figures.', maxLength: 32_768 }),
    lastTransitionTime: time('When `status` last changed.'),
    observedGeneration: Type.Optional(
      int64({ description: 'The `metadata.generation` that was looked at.', minimum: 0 }),
    ),
  },
  {
    description: 'One observation about the resource.',
    // A condition is written whole, and owning each of its fields would cost about 120 stored bytes more per condition.
    ...atomicMap,
  },
);

export function conditions(description: string) {
  return Type.Optional(Type.Array(condition, { description, maxItems: 16, ...keyedBy('type') }));
}

export const observedGeneration = Type.Optional(
  int64({ description: 'The `metadata.generation` that this status describes.', minimum: 0 }),
);

const LABEL_KEY = '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';

function labelValue(description: string) {
  return Type.String({
    description,
    maxLength: 63,
    ...rules({
      rule: `self.matches('${LABEL_VALUE}')`,
      message: "must be a label value: letters, digits, '-', '_' and '.', such as eu-west, or empty",
    }),
  });
}

const labelRequirement = Type.Object(
  {
    key: Type.String({
      description: 'The label key.',
      minLength: 1,
      maxLength: 317,
      ...rules({
        rule: `self.matches('${LABEL_KEY}')`,
        message: 'must be a label key such as region or example.com/region',
      }),
    }),
    operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], {
      description: 'How the label is compared. `NotIn` and `DoesNotExist` also match panels without the label.',
    }),
    values: Type.Optional(
      Type.Array(labelValue('A value of the label.'), {
        description: 'What the label is compared with: at least one value for `In` and `NotIn`, none otherwise.',
        maxItems: 32,
        ...atomicList,
      }),
    ),
  },
  {
    description: 'One requirement on the labels of a panel.',
    ...rules({
      rule: `self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0`,
      message: 'In and NotIn need at least one entry in values; Exists and DoesNotExist take none',
      fieldPath: '.values',
    }),
  },
);

export function labelSelector(description: string) {
  return Type.Optional(
    Type.Object(
      {
        matchLabels: Type.Optional(
          Type.Record(Type.String(), labelValue('The value that the label must have.'), {
            description: 'Labels that a panel must have, all of them, with exactly these values.',
            maxProperties: 16,
            ...rules({
              rule: `self.all(key, size(key) <= 317 && key.matches('${LABEL_KEY}'))`,
              message: 'keys must be label keys such as region or example.com/region',
            }),
          }),
        ),
        matchExpressions: Type.Optional(
          Type.Array(labelRequirement, {
            description: 'Requirements that a panel must meet, all of them.',
            maxItems: 16,
            ...atomicList,
          }),
        ),
      },
      { description, ...atomicMap },
    ),
  );
}

export const title = Type.Record(
  Type.String(),
  oneLine({ description: 'The text in that language.', maxLength: 128 }),
  {
    description:
      'What customers read, per language: keys are language tags such as `en`, `ru` or `pt-BR`, and `default` is used for everybody else.',
    maxProperties: 8,
    ...rules(
      { rule: `'default' in self`, message: `needs an entry 'default' for customers whose language is not listed` },
      {
        rule: `self.all(key, key == 'default' || (size(key) <= 35 && key.matches('^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$')))`,
        message: `keys must be 'default' or language tags such as en, ru or pt-BR`,
      },
    ),
  },
);

export function placement(absent: string) {
  return Type.Optional(
    Type.Object(
      {
        maxPanels: int32({
          description:
            'At most this many of the selected panels get the subscription. Those it is on stay; the rest is filled up with the emptiest, those that answer first.',
          minimum: 1,
          maximum: 20,
        }),
      },
      { description: `How to choose among the selected panels. ${absent}` },
    ),
  );
}

/** Kubernetes quantities reach further than a panel's counters do: 8Pi is the last whole number of a double. */
export function quantityOfBytes(description: string) {
  return Type.Optional(
    Type.String({
      description,
      minLength: 1,
      maxLength: 32,
      ...rules({
        rule: `isQuantity(self) && quantity(self).compareTo(quantity('1')) >= 0 && quantity(self).compareTo(quantity('8Pi')) <= 0`,
        message: 'must be a quantity of bytes from 1 to 8Pi, such as 100Gi or 1500M; leave it out for no limit',
      }),
    }),
  );
}

export function trafficLimit(absent: string) {
  return quantityOfBytes(
    `Traffic up and down, summed over all panels, after which the subscription is limited: a quantity of bytes such as \`100Gi\` or \`1500M\`. ${absent}`,
  );
}

export const trafficResetValues = ['Never', 'Renewal', 'Monthly'] as const;

export const deviceLimitOptions = { minimum: 1, maximum: 1000 } as const;

export const minPanelsOptions = { minimum: 1, maximum: 20 } as const;

export const minPanelsFitPlacement = {
  rule: '!has(self.placement) || !has(self.minPanels) || self.minPanels <= self.placement.maxPanels',
  message: 'minPanels must not exceed placement.maxPanels, else no subscription could ever be provisioned',
  fieldPath: '.minPanels',
} as const;

/** A rule for the root of a resource: labels carry the name, and other names are derived from it. */
export const nameFitsLabel = {
  rule: `size(self.metadata.name) <= ${NAME_LENGTH}`,
  message: `must have at most ${NAME_LENGTH} characters, because labels carry it and other names derive from it`,
  fieldPath: '.metadata.name',
} as const;
