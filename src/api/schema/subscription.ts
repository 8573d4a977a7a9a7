import Type from 'typebox';

import { SHORT_MESSAGE_LENGTH } from '../messages.ts';

import { atomicMap, int32, int64, keyedBy, oneOf, rules, time } from './builders.ts';
import {
  conditions,
  deviceLimitOptions,
  labelSelector,
  objectName,
  minPanelsFitPlacement,
  minPanelsOptions,
  NAME_LENGTH,
  observedGeneration,
  placement,
  title,
  trafficLimit,
  trafficResetValues,
} from './shared.ts';

export const subscriptionSpec = Type.Object(
  {
    planRef: Type.Optional(
      Type.Object(
        { name: objectName('Name of the VPNPlan.') },
        {
          description:
            'The plan. What this subscription leaves open follows the plan live; on one that was bought it is only for information.',
        },
      ),
    ),
    title: Type.Optional(title),
    panelSelector: labelSelector(
      'Which panels of the namespace it is on, by their labels; `{}` means all. Without it: those of the plan.',
    ),
    placement: placement("Without it: the plan's, else it is on all of them, at most 20."),
    minPanels: Type.Optional(
      int32({
        description: "On how many panels it must be before it counts as provisioned. Without it: the plan's, else 1.",
        ...minPanelsOptions,
      }),
    ),
    trafficLimit: trafficLimit("Without it: the plan's, else traffic is not limited."),
    trafficReset: Type.Optional(
      oneOf(trafficResetValues, {
        description: "When the traffic used starts again from zero. Without it: the plan's, else `Never`.",
      }),
    ),
    deviceLimit: Type.Optional(
      int32({
        description:
          "At most this many devices, for apps that tell which device they are. Without it: the plan's, else any number.",
        ...deviceLimitOptions,
      }),
    ),
    expiresAt: Type.Optional(
      time(
        'When access ends, for example `2026-12-31T23:59:59Z`. Without it: never. The ledger owns it on what was bought.',
      ),
    ),
    entitlementAccess: oneOf(['Granted', 'Denied'], {
      description:
        'Whether it is paid for. The ledger owns it on what was bought; to stop a customer, use `suspended`.',
      default: 'Granted',
    }),
    entitlementRevision: Type.Optional(
      int64({
        description: 'Revision of the entitlement in the ledger; present on what was bought. It never falls.',
        minimum: 1,
        ...rules({
          rule: 'self >= oldSelf',
          message:
            'must not fall: an older entitlement would overwrite a newer one; read the resource again and apply the newest',
        }),
      }),
    ),
    suspended: Type.Boolean({
      description: 'Stop access until it is false again. Time runs on.',
      default: false,
    }),
    paused: Type.Boolean({
      description:
        "Leave its clients on the panels as they are, even when it expires; a panel's own expiry still ends access where it has one.",
      default: false,
    }),
    credentialsGeneration: int32({
      description: 'Raise it by one to give the customer new keys on every panel. It never falls.',
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
      ...rules({
        rule: 'self >= oldSelf',
        message: 'must not fall: keys of an earlier generation are never given out again; raise it by one for new keys',
      }),
    }),
    rotationOverlapSeconds: int32({
      description: 'How long old keys still work after new ones are on the panels; 0 when the old ones leaked.',
      minimum: 0,
      maximum: 2_592_000,
      default: 86_400,
    }),
    deletionPolicy: oneOf(['Revoke', 'Orphan'], {
      description:
        'What happens on panels when this resource is deleted: `Revoke` removes its clients, `Orphan` leaves them.',
      default: 'Revoke',
    }),
    writeConnectionSecret: Type.Boolean({
      description: 'Write the subscription URL into a Secret named `<name>-connection`.',
      default: false,
    }),
  },
  {
    description: 'Who may use which panels until when.',
    ...rules(
      minPanelsFitPlacement,
      {
        rule: 'has(self.planRef) || has(self.panelSelector)',
        message:
          'needs planRef or panelSelector to say which panels it is on; `panelSelector: {}` means all of the namespace',
      },
      {
        rule: '!has(self.entitlementRevision) || has(self.expiresAt)',
        message: 'expiresAt must be set where entitlementRevision is: an entitlement from the ledger always ends',
        fieldPath: '.expiresAt',
        reason: 'FieldValueRequired',
      },
      {
        rule: '!has(self.entitlementRevision) || has(self.panelSelector)',
        message:
          'panelSelector must be set where entitlementRevision is: what was bought must not change when its plan does',
        fieldPath: '.panelSelector',
        reason: 'FieldValueRequired',
      },
      {
        rule: '!has(oldSelf.entitlementRevision) || has(self.entitlementRevision)',
        message: 'must not be removed once it is set: the ledger owns this subscription',
        fieldPath: '.entitlementRevision',
        reason: 'FieldValueRequired',
      },
    ),
  },
);

const delivery = Type.Object(
  {
    name: Type.String({ description: 'Name of the VPNPanel.', maxLength: NAME_LENGTH }),
    state: oneOf(['Confirmed', 'Pending', 'Removing'], {
      description:
        '`Confirmed`: read back from the panel. `Pending`: not there yet, or not yet as it must be. `Removing`: to be taken off.',
    }),
    generation: int32({
      description: 'The `credentialsGeneration` that was last confirmed there; 0 for none.',
      minimum: 0,
      maximum: 1_000_000,
    }),
    confirmedAt: Type.Optional(time('When a change was last confirmed.')),
    reason: Type.Optional(Type.String({ description: 'Why it is not confirmed, in one word.', maxLength: 128 })),
    message: Type.Optional(
      Type.String({ description: 'Why it is not confirmed, for people.', maxLength: SHORT_MESSAGE_LENGTH }),
    ),
  },
  { description: 'What was last confirmed on one panel.', ...atomicMap },
);

export const subscriptionStatus = Type.Object(
  {
    observedGeneration,
    observedRevision: Type.Optional(
      int64({ description: 'The `entitlementRevision` that this status describes.', minimum: 1 }),
    ),
    subscriptionId: Type.Optional(
      Type.String({ description: 'Identity of the subscription in the database and on the panels.', maxLength: 64 }),
    ),
    delivered: Type.Optional(
      Type.String({ description: 'Confirmed panels of wanted ones, for example `4/5`.', maxLength: 32 }),
    ),
    panels: Type.Optional(
      Type.Array(delivery, { description: 'Delivery per panel.', maxItems: 20, ...keyedBy('name') }),
    ),
    conditions: conditions('What holds for the subscription; `Ready` sums it up.'),
  },
  { description: 'What the operator saw last.' },
);
