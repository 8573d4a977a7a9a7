import type { SubscriptionReason, VPNPanel } from '../../api/index.ts';

/** Why a panel takes nobody new: the reason that it shows itself, a word of its spec, or that it has no room. */
export type Closure = 'Paused' | 'DuplicatePanel' | 'Observing' | 'Cordoned' | 'Draining' | 'Deleting' | 'full';

export interface Occupancy {
  readonly clients: number;
  readonly isDuplicate: boolean;
}

/** @returns undefined for a panel that new subscriptions may be put on, well or not */
export function closureOf({ metadata, spec }: VPNPanel, { clients, isDuplicate }: Occupancy): Closure | undefined {
  const { paused, mode, scheduling, capacity } = spec;
  if (metadata.deletionTimestamp !== undefined) return 'Deleting';
  if (paused) return 'Paused';
  if (isDuplicate) return 'DuplicatePanel';
  if (mode === 'Observe') return 'Observing';
  if (scheduling !== 'Active') return scheduling;
  return capacity?.maxClients !== undefined && clients >= capacity.maxClients ? 'full' : undefined;
}

export interface JudgedPanel {
  readonly name: string;
  readonly closure: Closure | undefined;
}

const mostNamed = 5;

/** Why a subscription is on no panel although some match. Room a seller can make; the rest he wanted or has to mend. */
export function whyNowhere(candidates: readonly JudgedPanel[]): {
  readonly reason: SubscriptionReason;
  readonly message: string;
} {
  const named = candidates.slice(0, mostNamed).map(({ name, closure }) => `${name} (${closure ?? 'open'})`);
  const more = candidates.length - named.length;
  const all = `${named.join(', ')}${more === 0 ? '' : ` and ${String(more)} more`}`;
  return {
    reason: candidates.some(({ closure }) => closure === 'full') ? 'PanelFull' : 'NoPanelOpen',
    message: `no panel that it may be on takes another subscription: ${all}`,
  };
}
