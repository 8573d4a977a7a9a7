import {
  entitlementAt,
  foldEntitlement,
  type AccountDelivery,
  type Entitlement,
  type LedgerEntry,
  type NamedSubscription,
  type SubscriptionAccount,
} from '../../ledger/index.ts';
import { entriesText, whatText, whyText } from './entries-text.ts';
import { explainEntries, type ExplainedEntry } from './explained.ts';
import { ordersText } from './orders-text.ts';
import { distanceText, instantText, minuteText, spanText, wrapText } from './words.ts';

/** The account of a subscription for a person at a terminal. @param width in characters */
export function accountText(subscription: NamedSubscription, account: SubscriptionAccount, width: number): string {
  const { entries, now } = account;
  const parts = [
    headText(subscription),
    entriesText(explainEntries(entries), width),
    [
      `expires    ${expiryText(entitlementAt(entries, now), now)}`,
      ...runsText(entries, now),
      ...holdsText(explainEntries(entries)),
      ...deliveryText(account.delivery, now),
    ]
      .map((line) => wrapText(line.slice(11), width, 11).replace(/^ {11}/, line.slice(0, 11)))
      .join('\n'),
    ordersText(account),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** `2026-12-23 06:21:39 UTC, in 27 d 4 h; access granted`, without the word in front. */
export function expiryText(entitlement: Entitlement | undefined, now: number): string {
  if (entitlement === undefined) return 'never began: nothing was granted';
  const { expiresAt, access } = entitlement;
  const state = access === 'denied' ? 'access denied' : expiresAt > now ? 'access granted' : 'expired';
  return `${instantText(expiresAt)} UTC, ${distanceText(expiresAt, now)}; ${state}`;
}

function headText({ namespace, name, shortId, shop, telegramId, deletedAtMs }: NamedSubscription): string {
  const whose = telegramId === undefined ? 'customer erased' : `customer Telegram ${String(telegramId)}`;
  const facts = [`wl-${shortId}`, `shop ${shop?.name ?? '?'}`, whose];
  const gone = deletedAtMs === undefined ? [] : [`left the cluster ${minuteText(deletedAtMs)}`];
  return `${namespace}/${name}\n${[...facts, ...gone].join(' · ')}`;
}

function runsText(entries: readonly LedgerEntry[], now: number): string[] {
  const ahead = foldEntitlement(entries).filter(({ startsAt, endsAt }) => endsAt > Math.max(now, startsAt));
  // Segments of one plan that touch are one for whoever asks what runs.
  const runs: { plan: string; endsAt: number }[] = [];
  for (const { terms, endsAt } of ahead) {
    const last = runs.at(-1);
    if (last?.plan === terms.plan) last.endsAt = endsAt;
    else runs.push({ plan: terms.plan, endsAt });
  }
  if (runs.length === 0) return [];
  return [`running    ${runs.map(({ plan, endsAt }) => `plan ${plan} until ${instantText(endsAt)}`).join(', then ')}`];
}

function holdsText(explained: readonly ExplainedEntry[]): string[] {
  return explained
    .filter(({ isOpen }) => isOpen)
    .map(({ entry, line }) => {
      const since = `since ${minuteText(entry.at * 1000)} (#${String(entry.sequence)})`;
      return `held       ${whatText(entry, line)} ${since} ${whyText(entry)}`;
    });
}

function deliveryText(delivery: AccountDelivery | undefined, now: number): string[] {
  if (delivery === undefined) return [];
  const { revision, provisionedRevision, panels, suspended, limited, waiting } = delivery;
  const held = `${String(panels)} ${panels === 1 ? 'panel holds' : 'panels hold'} it`;
  const done = provisionedRevision >= revision ? 'delivered' : 'on its way';
  const failing =
    waiting?.error === undefined ? '' : `, failures in a row ${String(waiting.attempts)}: ${waiting.error}`;
  const queued =
    waiting === undefined
      ? []
      : [`waiting    for the cluster, since ${spanText(now - waiting.sinceMs / 1000)}${failing}`];
  return [
    `delivery   ${done}: revision ${String(provisionedRevision)} of ${String(revision)}; ${held}`,
    ...queued,
    ...(suspended ? ['suspended  with kubectl (spec.suspended): no access, whatever the ledger says'] : []),
    ...(limited ? ['limited    the traffic is used up: no access until it counts anew'] : []),
  ];
}
