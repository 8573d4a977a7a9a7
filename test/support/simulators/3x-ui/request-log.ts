export interface LoggedRequest {
  readonly method: string;
  /** After the base path, without the query. */
  readonly path: string;
  readonly query: string;
  readonly body: string;
  /** Whether the route changes anything; logins do not count. */
  readonly isWrite: boolean;
  /** By the simulator's clock, epoch milliseconds. */
  readonly atMs: number;
  /** Of the answer; absent while there is none. */
  status?: number;
}

/** Every request that reached the panel, for tests that count. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  /** How many writes were under way at the same time, at most. */
  peakParallelWrites = 0;
  #parallelWrites = 0;

  begin(request: LoggedRequest): () => void {
    this.entries.push(request);
    if (!request.isWrite) return () => undefined;
    this.#parallelWrites += 1;
    this.peakParallelWrites = Math.max(this.peakParallelWrites, this.#parallelWrites);
    return () => {
      this.#parallelWrites -= 1;
    };
  }

  /** How many requests there were whose path contains `part`. */
  count(part = ''): number {
    return this.entries.filter(({ path }) => path.includes(part)).length;
  }

  writes(): readonly LoggedRequest[] {
    return this.entries.filter(({ isWrite }) => isWrite);
  }

  reset(): void {
    this.entries.length = 0;
    this.peakParallelWrites = 0;
  }
}
