import type { PanelReason } from '../../api/index.ts';
import type { PanelProbe } from '../../panels/driver.ts';
import type { PanelError, PanelErrorCode } from '../../panels/errors.ts';
import type { ResolvedInbounds } from './resolve-inbounds.ts';

/** Reason of `Ready=False` (and of `Reachable` or `Supported` where they are the cause) for each thing that can be wrong. */
const reasonByCode: Record<PanelErrorCode, PanelReason> = {
  PANEL_UNREACHABLE: 'Unreachable',
  PANEL_TLS_UNTRUSTED: 'TLSUntrusted',
  PANEL_WRONG_PATH: 'WrongBasePath',
  PANEL_CREDENTIALS_REFUSED: 'CredentialsRefused',
  PANEL_CREDENTIALS_INVALID: 'CredentialsMissing',
  PANEL_TWO_FACTOR: 'TwoFactorRequired',
  PANEL_SCOPE: 'TokenScopeTooSmall',
  PANEL_UNSUPPORTED: 'UnknownVersion',
  PANEL_NONSENSE: 'NotAPanel',
  PANEL_REFUSED: 'PanelRefuses',
  PANEL_UNCERTAIN: 'Unreachable',
  PANEL_NOT_CONFIRMED: 'PanelRefuses',
  PANEL_OWNERSHIP_CONFLICT: 'PanelRefuses',
  PANEL_INBOUND_MISSING: 'InboundMissing',
  PANEL_CLIENT_INVALID: 'PanelRefuses',
  PANEL_WRITE_FENCED: 'PanelRefuses',
};

export function reasonOf(error: PanelError): PanelReason {
  return reasonByCode[error.code];
}

/** What the loop knows about its panel. Pure data: conditions and decisions are derived from it. */
export interface PanelFacts {
  /** The last complete reading of what the panel is; stays while the panel cannot be reached. */
  readonly probe: PanelProbe | undefined;
  /** Why the last attempt to talk to it failed; undefined after a success. */
  readonly failure: PanelError | undefined;
  readonly inbounds: ResolvedInbounds | undefined;
  /** `namespace/name` of the VPNPanel that stands for the same panel and is older. */
  readonly duplicateOf: string | undefined;
}

export interface PanelIntent {
  readonly driver: string;
  readonly mode: 'Manage' | 'Observe';
  readonly paused: boolean;
}

/** Clock differences below this are ordinary: the `Date` header has whole seconds and answers take time. */
export const skewToleranceMs = 30_000;

export interface Verdict {
  readonly ok: boolean;
  readonly reason: PanelReason;
  readonly message: string;
}

const fine = (reason: PanelReason, message: string): Verdict => ({ ok: true, reason, message });
const wrong = (reason: PanelReason, message: string): Verdict => ({ ok: false, reason, message });

export function judgeReachable({ probe, failure }: PanelFacts): Verdict | undefined {
  if (failure !== undefined) return wrong(reasonOf(failure), failure.message);
  return probe === undefined ? undefined : fine('Reachable', `${productOf(probe)} answers`);
}

/** May it be written to, as far as it is known what it is? */
export function judgeSupported({ probe }: PanelFacts, { driver }: PanelIntent): Verdict | undefined {
  if (probe === undefined) return undefined;
  if (driver !== 'Auto' && driver !== probe.product) {
    return wrong(
      'DriverMismatch',
      `spec.driver says ${driver}, but the panel is ${productOf(probe)}: nothing is written to it; correct spec.driver or spec.url`,
    );
  }
  if (!probe.writable) {
    return wrong(
      'UnknownVersion',
      `${productOf(probe)} is a version that this release does not know: it is read, never written; upgrade Wayleave or go back to a known version`,
    );
  }
  return fine('Supported', `${productOf(probe)} is supported (${probe.dialect})`);
}

export function judgeReady(facts: PanelFacts, intent: PanelIntent): Verdict | undefined {
  if (intent.paused) return wrong('Paused', 'spec.paused is set: the panel is left alone, as it is');
  const reachable = judgeReachable(facts);
  if (reachable?.ok !== true) return reachable;
  const supported = judgeSupported(facts, intent);
  if (supported?.ok === false) return supported;
  if (facts.duplicateOf !== undefined) {
    return wrong(
      'DuplicatePanel',
      `${facts.duplicateOf} stands for the same panel: nothing is written here; delete one of them`,
    );
  }
  const [problem] = facts.inbounds?.problems ?? [];
  if (problem !== undefined) return wrong(problem.reason, problem.message);
  const stopped = judgeCore(facts);
  if (stopped !== undefined) return stopped;
  if (intent.mode === 'Observe') {
    return wrong('Observing', 'spec.mode is Observe: differences are reported, nothing is written');
  }
  return fine('Ready', `${facts.probe === undefined ? 'the panel' : productOf(facts.probe)} takes subscriptions`);
}

function judgeCore({ probe }: PanelFacts): Verdict | undefined {
  if (probe?.core.state !== 'stopped' && probe?.core.state !== 'error') return undefined;
  const why = probe.core.message === '' ? '' : ` (${probe.core.message})`;
  return wrong(
    'CoreStopped',
    `the panel answers, but its Xray is ${probe.core.state}${why}: start it on the panel, nobody can connect`,
  );
}

/** Writes are allowed while Xray is stopped or an inbound is missing: what can be delivered is delivered. */
export function mayWrite(facts: PanelFacts, intent: PanelIntent): boolean {
  return (
    !intent.paused &&
    intent.mode === 'Manage' &&
    facts.failure === undefined &&
    facts.duplicateOf === undefined &&
    judgeSupported(facts, intent)?.ok === true
  );
}

function productOf({ product, version }: PanelProbe): string {
  return version === null ? product : `${product} ${version}`;
}
