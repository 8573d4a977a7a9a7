import type { Backend } from './backend.ts';
import type { Callbacks } from './callbacks.ts';
import type { Chats } from './chats.ts';
import type { Checkout } from './checkout.ts';
import type { Files } from './files.ts';
import type { Params } from './params.ts';
import type { People } from './people.ts';
import type { Polling } from './polling.ts';
import type { Stars } from './stars.ts';
import type { Updates } from './updates.ts';

/** The parts of the simulator that methods act on. */
export interface Services {
  readonly backend: Backend;
  readonly people: People;
  readonly chats: Chats;
  readonly files: Files;
  readonly updates: Updates;
  readonly polling: Polling;
  readonly callbacks: Callbacks;
  readonly stars: Stars;
  readonly checkout: Checkout;
  readonly typing: Map<number, number>;
}

/**
 * A method of the Bot API: its result, or a thrown ApiError.
 *
 * @param signal aborted when the client is gone
 */
export type Method = (params: Params, signal: AbortSignal) => unknown;

export type Methods = Readonly<Record<string, Method>>;
