import type { DesiredClient } from '../driver.ts';
import type { Holdings, OwnClient } from './holdings.ts';
import type { InboundRow } from './snapshot.ts';
import type { Turn } from './turn.ts';

/** A client that is not as desired, with the inbounds that it must be on. */
export interface Unmet {
  readonly desired: DesiredClient;
  readonly inbounds: readonly InboundRow[];
}

/** A client of ours that must go. */
export type Unwanted = OwnClient;

/**
 * How one API generation changes clients. Nothing here is believed: after each round the panel is read again, and
 * whatever is still not as it should be comes back, the second time one by one.
 */
export interface Editor {
  /** Whatever the version can do for many at once; may do nothing. */
  ensureMany(unmet: readonly Unmet[], holdings: Holdings, turn: Turn): Promise<void>;
  ensureOne(unmet: Unmet, holdings: Holdings, turn: Turn): Promise<void>;
  removeMany(unwanted: readonly Unwanted[], holdings: Holdings, turn: Turn): Promise<void>;
  removeOne(unwanted: Unwanted, holdings: Holdings, turn: Turn): Promise<void>;
  /** A client by its e-mail, whoever owns it and whether it is on an inbound or not; only versions that keep such know. */
  findRecord(email: string, turn: Turn): Promise<ClientRecord | undefined>;
  removeRecord(email: string, turn: Turn): Promise<void>;
}

/** A client apart from the inbounds that it is on. */
export interface ClientRecord {
  readonly comment: string;
  readonly inboundCount: number;
}
