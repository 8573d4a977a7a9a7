import type { Condition, SubscriptionConditionType, VPNSubscription } from '../../api/index.ts';
import { describeError } from '../../base/errors.ts';
import { explainLedger, foldEntitlement, listAdmins, may, readEntries, type OwnedIn } from '../../ledger/index.ts';
import { writeCallback } from '../callback.ts';
import type { Button } from '../screen.ts';
import { escapeHtml } from '../texts.ts';
import { adminActions } from './actions.ts';
import { ledgerLines } from './ledger-screen.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { subscriptionOf } from './subscription-of.ts';
import { joinLines } from './wording.ts';

const newestEntries = 4;

/**
 * A subscription: what Postgres says, what the operator says, and panel by panel, side by side; the newest entries of its
 * ledger; and what can be done. @param args subscription
 */
export async function showSubscription(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const one = await subscriptionOf(visit, id);
  const [entries, admins, cluster] = await Promise.all([
    readEntries(shop.store, one.id),
    listAdmins(shop.store, shop.view.shop.id),
    describeCluster(visit, one.name),
  ]);
  const lines = explainLedger(entries, foldEntitlement(entries)).slice(-newestEntries);
  const traffic = speak.say('admin-sub-traffic', {
    used: speak.size(one.usedBytes),
    limit: one.limitBytes === undefined ? '∞' : speak.size(one.limitBytes),
  });
  const text = joinLines([
    speak.say('admin-sub-title', { title: speak.title(one.title), plan: one.terms.plan, name: one.name }),
    speak.say(one.expired ? 'admin-sub-ended' : 'admin-sub-until', { until: speak.date(one.expiresAtMs) }),
    ...(one.access === 'denied' ? [speak.say('admin-sub-denied')] : []),
    traffic,
    speak.say('admin-sub-store', {
      panels: one.confirmedPanels,
      generation: one.generation,
      provisioned: one.provisioned ? '✓' : '…',
    }),
    '',
    ...cluster,
    '',
    speak.say('admin-sub-ledger'),
    ...ledgerLines(speak, lines, admins),
  ]);
  await visit.show({ text, buttons: actsOf(visit, one) });
}

function actsOf({ speak, admin }: StaffVisit, one: OwnedIn): Button[][] {
  const act = (key: string, name: string, ...args: readonly (string | number)[]): Button =>
    button(speak, key, adminActions.ask, name, one.id, ...args);
  const can = (action: Parameters<typeof may>[1], ...buttons: readonly Button[]): Button[] =>
    may(admin.role, action) ? [...buttons] : [];
  return [
    [button(speak, 'admin-button-ledger', adminActions.ledger, one.id, 0)],
    can(
      'compensate',
      ...[1, 3, 7].map((days): Button => ({
        text: speak.label('admin-button-compensate', { days }),
        data: writeCallback(adminActions.ask, 'compensate', one.id, days),
      })),
    ),
    can('grant', button(speak, 'admin-button-grant', adminActions.plans, one.id)),
    can(
      'suspend',
      one.held ? act('admin-button-resume', 'resume') : { ...act('admin-button-suspend', 'suspend'), style: 'danger' },
    ),
    can('rotate', act('admin-button-keys', 'keys', one.generation), act('admin-button-address', 'address')),
    [
      button(speak, 'admin-button-customer', adminActions.customer, one.customerId),
      button(speak, 'admin-button-menu', adminActions.menu),
    ],
  ];
}

/** What the cluster says, or that it says nothing. HTML lines. */
async function describeCluster({ shop, speak }: StaffVisit, name: string): Promise<string[]> {
  let resource: VPNSubscription | undefined;
  try {
    resource = await shop.ports.resources.find(name);
  } catch (thrown) {
    shop.log.warn({ err: describeError(thrown) }, 'the cluster does not tell about a subscription');
    return [speak.say('admin-sub-cluster-silent')];
  }
  if (resource === undefined) return [speak.say('admin-sub-cluster-none')];
  const { conditions = [], panels = [], delivered = '' } = resource.status ?? {};
  const known = shop.ports.resources.panels();
  return [
    speak.say('admin-sub-conditions', { delivered }),
    ...conditions.filter(isNews).map(conditionLine),
    ...panels.map((panel) => {
      const ready = known
        .find(({ metadata }) => metadata.name === panel.name)
        ?.status?.conditions?.find(({ type }) => type === 'Ready');
      const health =
        ready === undefined
          ? ''
          : ` · ${speak.say('admin-sub-panel')} ${mark(ready.status)} ${escapeHtml(ready.reason)}`;
      const why = panel.reason === undefined ? '' : ` (${escapeHtml(panel.reason)})`;
      return `🖥 ${escapeHtml(panel.name)}: ${speak.say(`admin-sub-delivery-${panel.state.toLowerCase()}`)}${why}${health}`;
    }),
  ];
}

/** Conditions that are good news when they hold. The others are told only where they hold: "not expired" is no trouble. */
const hopedFor: ReadonlySet<string> = new Set<SubscriptionConditionType>(['Ready', 'Provisioned']);

function isNews({ type, status }: Condition): boolean {
  return hopedFor.has(type) || status !== 'False';
}

function conditionLine({ type, status, reason, message }: Condition): string {
  const sign = hopedFor.has(type) ? mark(status) : '⚠️';
  const words = message === '' ? '' : `: ${escapeHtml(message.slice(0, 120))}`;
  const why = reason === type ? '' : ` ${escapeHtml(reason)}`;
  return `${sign} <b>${escapeHtml(type)}</b>${why}${words}`;
}

function mark(status: string): string {
  if (status === 'True') return '✅';
  return status === 'False' ? '❌' : '❔';
}
