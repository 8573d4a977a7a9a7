import { setImmediate as turn } from 'node:timers/promises';
import { sleep } from '../../../../src/base/clock.ts';
import { ApiError } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { CallFault, CallFaults } from './faults.ts';
import type { Methods } from './method.ts';
import type { Params } from './params.ts';

/** How much is remembered: a demo may run for days. */
const LOG_LIMIT = 10_000;

export interface LoggedCall {
  readonly method: string;
  /** As sent, without uploaded bytes. */
  readonly params: Readonly<Record<string, unknown>>;
  /** By the simulator's clock, epoch milliseconds. */
  readonly atMs: number;
  /** Of the answer; absent while there is none. */
  status?: number;
  /** What it was refused with. */
  error?: string;
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Reset the connection instead of sending it. */
  readonly isCut?: boolean;
}

/** Carries out calls of the Bot API, or what a fault wants instead, and remembers them. */
export class Calls {
  /** Oldest first. */
  readonly log: LoggedCall[] = [];
  /** Calls of methods that the simulator has not. A test should find none. */
  readonly unknown: LoggedCall[] = [];
  readonly #backend: Backend;
  readonly #faults: CallFaults;
  readonly #methods: ReadonlyMap<string, { readonly name: string; readonly run: Methods[string] }>;

  constructor(backend: Backend, faults: CallFaults, methods: Methods) {
    this.#backend = backend;
    this.#faults = faults;
    // Telegram does not mind the case.
    this.#methods = new Map(Object.entries(methods).map(([name, run]) => [name.toLowerCase(), { name, run }]));
  }

  /**
   * @param signal aborted when the client is gone
   * @returns undefined when there will be no answer
   */
  async make(method: string, params: Params, signal: AbortSignal): Promise<Reply | undefined> {
    const known = this.#methods.get(method.toLowerCase());
    const call: LoggedCall = { method: known?.name ?? method, params: params.values, atMs: this.#backend.clock.now() };
    this.log.push(call);
    if (this.log.length > LOG_LIMIT) this.log.shift();
    if (known === undefined) this.unknown.push(call);
    const act = (): Promise<Reply> => this.#act(known?.run, call, params, signal);
    const fault = this.#faults.take(call.method, params);
    const reply = await this.#withFault(fault, act, signal);
    if (reply === undefined) return undefined;
    call.status = reply.status;
    const { description } = reply.body;
    if (typeof description === 'string') call.error = description;
    if (call.status !== 200) this.#backend.changed();
    return reply;
  }

  async #act(run: Methods[string] | undefined, call: LoggedCall, params: Params, signal: AbortSignal): Promise<Reply> {
    try {
      if (run === undefined) throw new ApiError(501, `Not Implemented: the simulator has no method ${call.method}`);
      return { status: 200, body: { ok: true, result: await run(params, signal) } };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 501 && run !== undefined) this.unknown.push(call);
      return failure(error);
    }
  }

  async #withFault(
    fault: CallFault | undefined,
    act: () => Promise<Reply>,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    switch (fault?.kind) {
      case undefined:
        return act();
      case 'tooManyRequests': {
        const { retryAfterS } = fault;
        const reason = `Too Many Requests: retry after ${retryAfterS}`;
        return failure(new ApiError(429, reason, { retry_after: retryAfterS }));
      }
      case 'status':
        if (fault.commit === true) await act();
        return failure(new ApiError(fault.status, fault.status === 502 ? 'Bad Gateway' : 'Internal Server Error'));
      case 'hang':
        if (fault.commit === true) await act();
        return undefined;
      case 'reset':
        return { ...(await act()), isCut: true };
      case 'refuse':
        // Not before the client has sent all, or it would see its own write fail.
        await turn();
        return { status: 0, body: {}, isCut: true };
      case 'slow':
        await sleep(this.#backend.clock, fault.delayMs, signal);
        return act();
    }
  }
}

/** The body that tells a bot what went wrong. */
export function failure({ status, message, parameters }: ApiError): Reply {
  const body = { ok: false, error_code: status, description: message };
  return { status, body: parameters === undefined ? body : { ...body, parameters } };
}
