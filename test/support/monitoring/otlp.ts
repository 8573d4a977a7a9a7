import { bytesAt, messagesAt, numberAt, readMessage, textAt, type Fields } from './protobuf.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as it came over the wire. */
export interface ReceivedSpan {
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly flags: number;
  readonly attributes: Attributes;
}

export interface ReceivedSpans {
  readonly resource: Attributes;
  /** Name of what made them. */
  readonly scope: string;
  readonly spans: readonly ReceivedSpan[];
}

/** Reads an ExportTraceServiceRequest. Numbers of fields are those of opentelemetry/proto/trace/v1/trace.proto. */
export function readExportRequest(body: Buffer): readonly ReceivedSpans[] {
  return messagesAt(readMessage(body), 1).flatMap((resourceSpans) =>
    messagesAt(resourceSpans, 2).map((scopeSpans) => ({
      resource: attributesOf(messagesAt(resourceSpans, 1)[0] ?? new Map(), 1),
      scope: textAt(messagesAt(scopeSpans, 1)[0] ?? new Map(), 1),
      spans: messagesAt(scopeSpans, 2).map(toSpan),
    })),
  );
}

function toSpan(span: Fields): ReceivedSpan {
  return {
    traceId: bytesAt(span, 1).toString('hex'),
    spanId: bytesAt(span, 2).toString('hex'),
    parentSpanId: bytesAt(span, 4).toString('hex'),
    name: textAt(span, 5),
    kind: Number(numberAt(span, 6)),
    startNs: numberAt(span, 7),
    endNs: numberAt(span, 8),
    flags: Number(numberAt(span, 16)),
    attributes: attributesOf(span, 9),
  };
}

function attributesOf(fields: Fields, number: number): Attributes {
  return Object.fromEntries(
    messagesAt(fields, number).map((pair) => [textAt(pair, 1), valueOf(messagesAt(pair, 2)[0] ?? new Map())]),
  );
}

/** AnyValue: the text, the truth or the whole number that it is; we send nothing else. */
function valueOf(any: Fields): string | number | boolean {
  if (any.has(1)) return textAt(any, 1);
  if (any.has(2)) return numberAt(any, 2) === 1n;
  if (any.has(3)) return Number(numberAt(any, 3));
  throw new RangeError(`a value is neither text nor a truth nor a whole number, but number ${[...any.keys()].join()}`);
}
