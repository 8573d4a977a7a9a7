import type { TObject } from 'typebox';

import { panelConditions, planConditions, shopConditions, subscriptionConditions } from '../conditions.ts';
import { panelReasons, planReasons, shopReasons, subscriptionReasons } from '../reasons.ts';
import { vpnPanels, vpnPlans, vpnShops, vpnSubscriptions, type ResourceDescriptor } from '../resources.ts';
import type { Rule } from './builders.ts';
import { panelSpec, panelStatus } from './panel.ts';
import { planSpec, planStatus } from './plan.ts';
import { nameFitsLabel } from './shared.ts';
import { shopStatus } from './shop-status.ts';
import { shopSpec } from './shop.ts';
import { subscriptionSpec, subscriptionStatus } from './subscription.ts';

/** A column of `kubectl get`. Those with priority 1 appear with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 1;
}

/** Everything that a CustomResourceDefinition and a reference page say about one kind. */
export interface KindDefinition {
  readonly resource: ResourceDescriptor;
  readonly singular: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: TObject;
  readonly status: TObject;
  /** Rules about the whole object. */
  readonly rules: readonly Rule[];
  readonly columns: readonly PrinterColumn[];
  /** What `kubectl get --field-selector` and filtered watches may select by. */
  readonly selectableFields: readonly string[];
  readonly conditions: Readonly<Record<string, string>>;
  readonly reasons: Readonly<Record<string, string>>;
}

const ofReady = (field: 'reason' | 'message') => `.status.conditions[?(@.type=="Ready")].${field}`;

const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since when it exists.',
};

const panel: KindDefinition = {
  resource: vpnPanels,
  singular: 'vpnpanel',
  shortName: 'vpanel',
  description: 'A VPN panel that subscriptions are put on, and what was last seen of it.',
  spec: panelSpec,
  status: panelStatus,
  rules: [nameFitsLabel],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: ofReady('reason'), description: '`Ready`, or why not.' },
    { name: 'Product', type: 'string', jsonPath: '.status.product', description: 'What the panel is.' },
    { name: 'Version', type: 'string', jsonPath: '.status.version', description: 'Its version.' },
    { name: 'Clients', type: 'integer', jsonPath: '.status.clients.managed', description: 'Our clients on it.' },
    {
      name: 'Pending',
      type: 'integer',
      jsonPath: '.status.clients.pending',
      description: 'Clients still to be put on it.',
    },
    {
      name: 'Since',
      type: 'date',
      jsonPath: '.status.conditions[?(@.type=="Reachable")].lastTransitionTime',
      description: 'Since when it is reachable, or is not.',
    },
    age,
    { name: 'URL', type: 'string', jsonPath: '.spec.url', description: 'Its address.', priority: 1 },
    {
      name: 'Message',
      type: 'string',
      jsonPath: ofReady('message'),
      description: 'The reason in a sentence.',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.mode', '.spec.scheduling'],
  conditions: panelConditions,
  reasons: panelReasons,
};

const plan: KindDefinition = {
  resource: vpnPlans,
  singular: 'vpnplan',
  shortName: 'vplan',
  description: 'What is sold: a period on some panels with limits and prices.',
  spec: planSpec,
  status: planStatus,
  rules: [nameFitsLabel],
  columns: [
    {
      name: 'Sellable',
      type: 'boolean',
      jsonPath: '.status.sellable',
      description: 'Whether it can be delivered now.',
    },
    { name: 'Panels', type: 'string', jsonPath: '.status.summary', description: 'Ready panels of selected ones.' },
    { name: 'Period', type: 'string', jsonPath: '.spec.period', description: 'How long one purchase lasts.' },
    { name: 'Price', type: 'string', jsonPath: '.spec.prices[0].amount', description: 'The first price.' },
    { name: 'Currency', type: 'string', jsonPath: '.spec.prices[0].currency', description: 'Its currency.' },
    { name: 'Visibility', type: 'string', jsonPath: '.spec.visibility', description: 'Who sees it.' },
    age,
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Sellable")].message',
      description: 'Why it can or cannot be delivered.',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.visibility'],
  conditions: planConditions,
  reasons: planReasons,
};

const subscription: KindDefinition = {
  resource: vpnSubscriptions,
  singular: 'vpnsubscription',
  shortName: 'vsub',
  description: 'Who may use which panels until when, and where that was delivered.',
  spec: subscriptionSpec,
  status: subscriptionStatus,
  rules: [nameFitsLabel],
  columns: [
    { name: 'Status', type: 'string', jsonPath: ofReady('reason'), description: '`Ready`, or why not.' },
    { name: 'Panels', type: 'string', jsonPath: '.status.delivered', description: 'Confirmed panels of wanted ones.' },
    { name: 'Plan', type: 'string', jsonPath: '.spec.planRef.name', description: 'Its plan.' },
    // Type date would show an age, and `<invalid>` for everything that lies ahead.
    { name: 'Expires', type: 'string', jsonPath: '.spec.expiresAt', description: 'When access ends.' },
    age,
    { name: 'ID', type: 'string', jsonPath: '.status.subscriptionId', description: 'Its identity.', priority: 1 },
    {
      name: 'Message',
      type: 'string',
      jsonPath: ofReady('message'),
      description: 'The reason in a sentence.',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.planRef.name'],
  conditions: subscriptionConditions,
  reasons: subscriptionReasons,
};

const shop: KindDefinition = {
  resource: vpnShops,
  singular: 'vpnshop',
  shortName: 'vshop',
  description: 'A Telegram bot that sells the plans of its namespace; at most one per namespace, the oldest counts.',
  spec: shopSpec,
  status: shopStatus,
  rules: [nameFitsLabel],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: ofReady('reason'), description: '`Ready`, or why not.' },
    { name: 'Bot', type: 'string', jsonPath: '.status.botUserName', description: 'User name of the bot.' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode', description: 'Whether money is real.' },
    {
      name: 'Methods',
      type: 'string',
      jsonPath: '.status.summary',
      description: 'Usable payment methods of enabled ones.',
    },
    { name: 'Updates', type: 'string', jsonPath: '.status.updates', description: 'How messages come in.' },
    age,
    {
      name: 'Message',
      type: 'string',
      jsonPath: ofReady('message'),
      description: 'The reason in a sentence.',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.mode'],
  conditions: shopConditions,
  reasons: shopReasons,
};

export const kinds: readonly KindDefinition[] = [panel, plan, subscription, shop];
