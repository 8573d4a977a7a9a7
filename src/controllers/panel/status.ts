import {
  annotations,
  clip,
  SHORT_MESSAGE_LENGTH,
  wantedPanelReasons,
  type Condition,
  type PanelReason,
  type VPNPanel,
  type VPNPanelStatus,
} from '../../api/index.ts';
import { setCondition } from '../../kube/index.ts';
import type { PanelInbound } from '../../panels/driver.ts';
import { isSameJson } from '../same-json.ts';
import {
  judgeReachable,
  judgeReady,
  judgeSupported,
  mayWrite,
  skewToleranceMs,
  type PanelFacts,
  type PanelIntent,
  type Verdict,
} from './health.ts';
import type { PanelCounts } from './loop.ts';

type ConditionValue = Omit<Condition, 'lastTransitionTime'>;

/**
 * What a VPNPanel shows, from what its loop knows. Pure: the same facts give the same status, so that nothing is written
 * when nothing has changed.
 *
 * @param now for the transition time of conditions that flip, and for the last contact of a panel that answers
 */
export function panelStatus(panel: VPNPanel, facts: PanelFacts, counts: PanelCounts, now: Date): VPNPanelStatus {
  const { probe, failure } = facts;
  let conditions: Condition[] = [...(panel.status?.conditions ?? [])];
  for (const condition of conditionsOf(panel, facts, counts)) {
    if (condition.status === 'Unknown' && isVouchedFor(panel, facts, condition.type)) continue;
    conditions = setCondition(conditions, condition, now);
  }
  const status: VPNPanelStatus = { ...panel.status, conditions };
  if (panel.metadata.generation !== undefined) status.observedGeneration = panel.metadata.generation;
  if (probe === undefined) return status;
  status.product = clip(probe.product, 64);
  status.dialect = clip(probe.dialect, 64);
  if (probe.version !== null) status.version = clip(probe.version, 64);
  if (probe.guid !== null) status.panelGuid = clip(probe.guid, 256);
  if (probe.core.version !== '') status.coreVersion = clip(probe.core.version, 64);
  status.inbounds = probe.inbounds.slice(0, 64).map(inboundStatus);
  status.clients = {
    managed: counts.managed,
    foreign: counts.foreign,
    unclaimed: counts.unclaimed,
    drifted: counts.drifted,
    pending: counts.pending,
    revokePending: counts.revokePending,
  };
  if (failure === undefined) status.lastContactTime = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return status;
}

/**
 * Whether what the leader before us saw still holds: we have not looked yet, and nobody changed the panel since. Otherwise
 * each change of leader would take every plan off sale until its panels are probed.
 */
function isVouchedFor({ metadata, status }: VPNPanel, { probe, failure }: PanelFacts, type: string): boolean {
  if (probe !== undefined || failure !== undefined || metadata.generation === undefined) return false;
  const known = status?.conditions?.find((one) => one.type === type);
  return known?.observedGeneration === metadata.generation;
}

/** Equal but for the last contact, which is never written for its own sake. */
export function sameStatus(a: VPNPanelStatus | undefined, b: VPNPanelStatus): boolean {
  return isSameJson({ ...a, lastContactTime: undefined }, { ...b, lastContactTime: undefined });
}

function conditionsOf(panel: VPNPanel, facts: PanelFacts, counts: PanelCounts): ConditionValue[] {
  const intent: PanelIntent = panel.spec;
  const deleting = panel.metadata.deletionTimestamp !== undefined;
  const ready = deleting ? whyStillThere(facts, intent, counts) : judgeReady(facts, intent);
  const values: ConditionValue[] = [
    fromVerdict('Ready', ready),
    fromVerdict('Reachable', judgeReachable(facts)),
    fromVerdict('Supported', judgeSupported(facts, intent), 'NotProbed'),
    duplicate(facts),
    revocationsHeld(panel, counts),
    skew(facts),
  ];
  const { generation } = panel.metadata;
  return generation === undefined ? values : values.map((value) => ({ ...value, observedGeneration: generation }));
}

function whyStillThere(facts: PanelFacts, intent: PanelIntent, { managed }: PanelCounts): Verdict {
  const stopped = mayWrite(facts, intent) ? undefined : judgeReady(facts, intent)?.message;
  const why = stopped === undefined ? '' : `, and it takes no changes: ${stopped}`;
  return { ok: false, reason: 'Deleting', message: `${String(managed)} clients are still on it${why}` };
}

function fromVerdict(type: string, verdict: Verdict | undefined, unknown: PanelReason = 'Probing'): ConditionValue {
  if (verdict === undefined) return { type, status: 'Unknown', reason: unknown, message: 'the panel was not read yet' };
  return { type, status: verdict.ok ? 'True' : 'False', reason: verdict.reason, message: clip(verdict.message, 4096) };
}

function duplicate({ probe, duplicateOf }: PanelFacts): ConditionValue {
  const type = 'DuplicatePanel';
  if (probe === undefined) return notProbed(type);
  if (duplicateOf === undefined) return { type, status: 'False', reason: 'NoDuplicate', message: '' };
  const message = `${duplicateOf} stands for the same panel and is older; nothing is written through this one`;
  return { type, status: 'True', reason: 'DuplicatePanel', message };
}

function revocationsHeld({ metadata }: VPNPanel, counts: PanelCounts): ConditionValue {
  const type = 'RevocationsHeld';
  if (counts.revocationsHeld === 0) return { type, status: 'False', reason: 'NoRevocationsHeld', message: '' };
  const annotation = annotations.allowRevocations;
  const said = metadata.annotations?.[annotation];
  const unreadable =
    said === undefined || !Number.isNaN(Date.parse(said))
      ? ''
      : `; "${clip(said, 64)}" in that annotation is no instant`;
  const command = `kubectl -n ${metadata.namespace ?? 'default'} annotate vpanel ${metadata.name} --overwrite ${annotation}="$(date -u +%FT%TZ)"`;
  const message = `${String(counts.revocationsHeld)} removals at once look like an accident and wait: bring the subscriptions back, or allow them with: ${command}${unreadable}`;
  return { type, status: 'True', reason: 'TooManyRevocations', message };
}

function notProbed(type: string): ConditionValue {
  return { type, status: 'Unknown', reason: 'NotProbed', message: 'the panel was not read yet' };
}

function skew({ probe }: PanelFacts): ConditionValue {
  if (probe === undefined) return notProbed('ClockSkewed');
  const skewMs = probe.clockSkewMs;
  if (Math.abs(skewMs) <= skewToleranceMs) {
    return { type: 'ClockSkewed', status: 'False', reason: 'ClockInStep', message: '' };
  }
  // Rounded, or else each probe would show another figure.
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return {
    type: 'ClockSkewed',
    status: 'True',
    reason: 'ClockSkewed',
    message: `the panel's clock is about ${minutes === 0 ? 'half a minute' : `${String(minutes)} min`} ${direction} ours: set up NTP there; expiries are corrected for it`,
  };
}

function inboundStatus(inbound: PanelInbound): NonNullable<VPNPanelStatus['inbounds']>[number] {
  const { tag, remark, protocol, transport, security, port, template, unusable, lockedOut } = inbound;
  return {
    tag: clip(tag, 256),
    remark: clip(remark, 256),
    protocol: clip(protocol, 64),
    transport: clip(transport, 64),
    security: clip(security, 64),
    // One bad figure of a panel would have every write of the status refused.
    port: port >= 0 && port <= 65_535 ? port : 0,
    usable: template !== undefined,
    ...(unusable === undefined
      ? {}
      : { reason: unusable.reason, message: clip(unusable.message, SHORT_MESSAGE_LENGTH) }),
    ...(lockedOut.length === 0
      ? {}
      : {
          lockedOut: lockedOut.slice(0, 8).map(({ families, message }) => ({
            families: families.slice(0, 16).map((family) => clip(family, 64)),
            message: clip(message, SHORT_MESSAGE_LENGTH),
          })),
        }),
  };
}

/** Of the Event that tells of this `Ready`: what somebody asked for is no warning. */
export function eventTypeOf({ status, reason }: Pick<Condition, 'status' | 'reason'>): 'Normal' | 'Warning' {
  return status === 'True' || wantedPanelReasons.has(reason) ? 'Normal' : 'Warning';
}
