import type { WriteOptions } from '../driver.ts';
import { PanelError } from '../errors.ts';
import type { Envelope } from './envelope.ts';
import type { WireContext } from './desired.ts';
import type { Session } from './session.ts';

/** The writes of one round on one panel, and which inbounds must be read back after them. */
export class Turn {
  readonly context: WireContext;
  readonly panel: string;
  readonly #session: Session;
  readonly #options: WriteOptions;
  readonly #touched = new Set<number>();
  readonly #said = new Set<string>();
  #writes = 0;

  constructor(session: Session, context: WireContext, options: WriteOptions) {
    this.panel = session.name;
    this.context = context;
    this.#session = session;
    this.#options = options;
  }

  get writes(): number {
    return this.#writes;
  }

  get touched(): ReadonlySet<number> {
    return this.#touched;
  }

  /** @returns what the panel says, which proves nothing */
  async write(path: string, body: unknown, inboundIds: Iterable<number>): Promise<Envelope> {
    for (const id of inboundIds) this.#touched.add(id);
    this.#writes += 1;
    return this.#session.write(path, body, this.#options);
  }

  /** @throws PanelError PANEL_REFUSED when the panel says no */
  async must(path: string, body: unknown, inboundIds: Iterable<number>, what: string): Promise<void> {
    const envelope = await this.write(path, body, inboundIds);
    if (!envelope.success) throw this.refusal(what, envelope);
  }

  /** True the first time that it is asked for a key. */
  isFirst(key: string): boolean {
    if (this.#said.has(key)) return false;
    this.#said.add(key);
    return true;
  }

  async ask(path: string): Promise<Envelope> {
    return this.#session.ask(path, { signal: this.#options.signal });
  }

  refusal(what: string, { message }: Envelope): PanelError {
    return new PanelError('PANEL_REFUSED', `panel ${this.panel} refused to ${what}: ${harmless(message)}`, {
      retry: 'later',
    });
  }
}

/** A `subId` opens the panel's own subscription page: it is not for logs. */
function harmless(message: string): string {
  return message.replace(/(subId already in use|Duplicate subId):\s*\S+/i, '$1');
}
