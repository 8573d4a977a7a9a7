/** A step of something that is over, as traces show it. */
export interface FinishedSpan {
  /** What the step is, out of a small fixed set of names. */
  readonly name: string;
  /** Unique within the trace, and the same whenever the same trace is made again. The parent is named by it. */
  readonly key: string;
  /** Absent: the root. */
  readonly parent?: string;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** Never what names a customer, and no secret: whoever reads traces may be somebody else than who reads the books. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Everything that happened to one thing, from its first moment to its last. */
export interface FinishedTrace {
  /** A UUID. Without its hyphens it is the id of the trace. */
  readonly id: string;
  readonly spans: readonly FinishedSpan[];
}

/** Where finished traces go. The layers below `telemetry` know no more of tracing than this. */
export interface Tracer {
  /** Whether a trace with this id is kept: nobody needs to gather what is thrown away. */
  samples(id: string): boolean;
  /** Takes it to be sent. Never waits, never throws: what cannot be sent is counted and forgotten. */
  record(trace: FinishedTrace): void;
}
