import type { ServerResponse } from 'node:http';
import type { Backend } from './backend.ts';

/** Changes within this time ring once. */
const GATHER_MS = 25;
/** Keeps proxies and browsers from taking a quiet stream for a dead one. */
const BEAT_MS = 20_000;

/** Server-sent events that tell open pages to look again. */
export class LiveEvents {
  readonly #pages = new Set<ServerResponse>();
  readonly #unsubscribe: () => void;
  readonly #beat: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;

  constructor(backend: Backend) {
    this.#unsubscribe = backend.subscribe(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#tell('event: change\ndata: {}\n\n');
      }, GATHER_MS);
    });
    this.#beat = setInterval(() => {
      this.#tell(': still here\n\n');
    }, BEAT_MS);
    this.#beat.unref();
  }

  open(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\nevent: change\ndata: {}\n\n');
    this.#pages.add(response);
    response.once('close', () => this.#pages.delete(response));
  }

  close(): void {
    this.#unsubscribe();
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
  }

  #tell(event: string): void {
    for (const page of this.#pages) page.write(event);
  }
}
