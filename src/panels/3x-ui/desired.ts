import type { DesiredClient } from '../driver.ts';
import { PanelError } from '../errors.ts';
import { emailOn, type Dialect } from './dialect.ts';
import type { Holdings } from './holdings.ts';
import { decodeExpiry, encodeExpiry, encodeQuota, wholeSecond } from './limits.ts';
import { ownershipMark } from './mark.ts';
import type { ClientEntry, InboundRow } from './snapshot.ts';
import { subIdOf } from './sub-id.ts';

/** A client as the panel takes it: complete, because an update resets whatever it does not name. */
export interface WireClient {
  readonly id: string;
  readonly email: string;
  readonly subId: string;
  readonly flow: string;
  readonly enable: boolean;
  readonly expiryTime: number;
  readonly totalGB: number;
  readonly comment: string;
  readonly limitIp: number;
  readonly reset: number;
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Safe inside a route, in every version. */
const emailForm = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const markPartForm = /^[^/\s]{1,100}$/;
/** Epoch milliseconds of 1973: a smaller number is one in seconds. */
const earliestExpiryMs = 100_000_000_000;

/**
 * What would harm the panel must not reach it: it takes any text as a UUID, and then Xray fails for everybody at its
 * next restart (panels.md 1.7).
 *
 * @throws PanelError PANEL_CLIENT_INVALID
 */
export function assertValid(panel: string, desired: DesiredClient): void {
  const problem = problemOf(desired);
  if (problem === undefined) return;
  throw new PanelError('PANEL_CLIENT_INVALID', `client ${desired.email} for panel ${panel} is malformed: ${problem}`, {
    retry: 'never',
  });
}

function problemOf({
  uuid,
  email,
  subscriptionId,
  expiresAtMs,
  quotaBytes,
  inbounds,
}: DesiredClient): string | undefined {
  if (!uuidForm.test(uuid)) return 'its UUID is not one in canonical lower-case form';
  if (!emailForm.test(email)) return 'its e-mail has characters that panel routes cannot carry';
  if (/-in\d+$/.test(email)) return 'its e-mail ends like a name that the driver makes for one inbound';
  if (!markPartForm.test(subscriptionId)) return 'its subscription id cannot stand in an ownership mark';
  if (!Number.isSafeInteger(expiresAtMs) || (expiresAtMs !== 0 && expiresAtMs < earliestExpiryMs)) {
    return 'its expiry is not in epoch milliseconds';
  }
  if (!Number.isSafeInteger(quotaBytes) || quotaBytes < 0) return 'its quota is no number of bytes';
  if (inbounds.length === 0) return 'it is to be on no inbound: remove it instead';
  return undefined;
}

/** @throws PanelError PANEL_INBOUND_MISSING */
export function resolveInbounds(panel: string, desired: DesiredClient, { snapshot }: Holdings): readonly InboundRow[] {
  return desired.inbounds.map((tag) => {
    const inbound = snapshot.byTag.get(tag);
    if (inbound?.protocol === 'vless') return inbound;
    throw new PanelError(
      'PANEL_INBOUND_MISSING',
      inbound === undefined
        ? `panel ${panel} has no inbound with tag ${tag}: create it, or correct spec.inbounds`
        : `inbound ${tag} of panel ${panel} is ${inbound.protocol}, not VLESS: correct spec.inbounds`,
      { retry: 'later' },
    );
  });
}

/**
 * Looks for whatever must not be touched or doubled.
 *
 * @throws PanelError PANEL_OWNERSHIP_CONFLICT for a foreign client under our e-mail, or our UUID under a foreign e-mail
 */
export function assertOurs(
  panel: string,
  desired: DesiredClient,
  inbounds: readonly InboundRow[],
  dialect: Dialect,
  holdings: Holdings,
): void {
  const own = holdings.own.get(desired.email);
  const mark = ownershipMark(holdings.installationId, desired.subscriptionId);
  if (own?.entries.some(({ comment }) => comment !== mark) === true) {
    throw conflict(`client ${desired.email} of panel ${panel} carries the mark of another subscription`);
  }
  for (const { id } of inbounds) {
    const name = emailOn(dialect, desired.email, id);
    const taken = holdings.byEmail.get(name)?.find((entry) => own?.entries.includes(entry) !== true);
    if (taken !== undefined) {
      const whose = taken.comment.startsWith('wayleave/')
        ? 'carries the mark of another installation'
        : 'is not marked as ours';
      throw conflict(
        `client ${name} of panel ${panel} ${whose}: delete or rename it on the panel, or let only one installation manage it`,
      );
    }
  }
  const holds = own?.entries.some(({ uuid }) => uuid === desired.uuid) === true;
  const sharer = holdings.byUuid.get(desired.uuid)?.find((entry) => own?.entries.includes(entry) !== true);
  if (sharer !== undefined && !holds) {
    throw conflict(
      `panel ${panel} already has the UUID of client ${desired.email} under the name ${sharer.email}: two names with one UUID cut each other off, delete that client first`,
    );
  }
}

export function conflict(message: string): PanelError {
  return new PanelError('PANEL_OWNERSHIP_CONFLICT', message, { retry: 'later' });
}

export interface WireContext {
  readonly dialect: Dialect;
  readonly skewMs: number;
  readonly installationId: string;
}

/**
 * @param name e-mail on the panel
 * @param known what the panel holds: an expiry that already means what is wanted stays to the millisecond
 */
export function toWire(
  desired: DesiredClient,
  name: string,
  flow: string,
  { dialect, skewMs, installationId }: WireContext,
  known?: ClientEntry,
): WireClient {
  const keeps =
    known !== undefined && decodeExpiry(known.expiryTime, skewMs, dialect.limits) === wholeSecond(desired.expiresAtMs);
  return {
    id: desired.uuid,
    email: name,
    subId: subIdOf(desired.uuid),
    flow,
    enable: desired.enabled,
    expiryTime: keeps ? known.expiryTime : encodeExpiry(desired.expiresAtMs, skewMs, dialect.limits),
    totalGB: encodeQuota(desired.quotaBytes, dialect.limits),
    comment: ownershipMark(installationId, desired.subscriptionId),
    limitIp: 0,
    reset: 0,
  };
}

/** What an entry is, switched off: the first half of a removal. */
export function toWireDisabled(entry: ClientEntry): WireClient {
  const { uuid, email, subId, flow, expiryTime, totalBytes, comment } = entry;
  return {
    id: uuid,
    email,
    subId,
    flow,
    enable: false,
    expiryTime,
    totalGB: totalBytes,
    comment,
    limitIp: 0,
    reset: 0,
  };
}
