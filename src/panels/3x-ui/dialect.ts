import type { Detection, Generation } from './detect.ts';
import type { LimitRules } from './limits.ts';
import type { FlowRules } from './transport-settings.ts';
import { isAtLeast } from './version.ts';

/** What differs between versions of the panel, as answers to the questions that the driver has. */
export interface Dialect {
  readonly generation: Generation;
  readonly name: string;
  readonly limits: LimitRules;
  readonly flow: FlowRules;
  /** One client spans several inbounds. Below v3.1 each inbound has a client of its own, with an e-mail of its own. */
  readonly spansInbounds: boolean;
  /** Drops a flow from the inbounds that allow none. v3.1.0 to v3.2.4 write one flow to all inbounds of a client. */
  readonly fitsFlow: boolean;
  /** `bulkCreate`, `bulkAttach`, `bulkDetach`, `bulkDel`. */
  readonly hasBulk: boolean;
  /** `bulkEnable`, `bulkDisable`. */
  readonly hasBulkToggle: boolean;
  /** Clients can be deleted by e-mail, not only by UUID. */
  readonly deletesByEmail: boolean;
}

export function dialectOf({ generation, version }: Pick<Detection, 'generation' | 'version'>): Dialect {
  const modern = generation === 4;
  const since = (minor: number, patch: number): boolean =>
    modern && version !== undefined && isAtLeast(version, 3, minor, patch);
  return {
    generation,
    name: `3x-ui/g${String(generation)}`,
    limits: { cutsHarmlessly: modern },
    flow: { onRaw: !modern, onXhttp: !modern || since(4, 0) },
    spansInbounds: modern,
    fitsFlow: since(2, 5),
    hasBulk: since(2, 0),
    hasBulkToggle: since(5, 0),
    deletesByEmail: generation >= 2,
  };
}

/** The e-mail under which a client stands on one inbound. */
export function emailOn({ spansInbounds }: Dialect, email: string, inboundId: number): string {
  return spansInbounds ? email : `${email}-in${String(inboundId)}`;
}

/** The client's name for whoever knows nothing of inbounds: the other way round, for whatever version wrote it. */
export function logicalEmail(email: string): string {
  return email.replace(/-in\d+$/, '');
}
