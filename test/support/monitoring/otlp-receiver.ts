import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readExportRequest, type ReceivedSpan, type ReceivedSpans } from './otlp.ts';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the receiver does with a request: an HTTP status, no answer at all, or one byte of it now and then. */
export type Behaviour = number | 'hang' | 'trickle';

/** A collector's HTTP port on the loopback, which keeps whatever it gets. */
export interface OtlpReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  behave(how: Behaviour): void;
  /** Of all requests so far, whatever they were answered. */
  received(): readonly ReceivedSpans[];
  spans(): readonly ReceivedSpan[];
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  let behaviour: Behaviour = 200;
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      answer(response, behaviour);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const received = (): readonly ReceivedSpans[] => requests.flatMap(({ body }) => readExportRequest(body));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    behave: (how) => {
      behaviour = how;
    },
    received,
    spans: () => received().flatMap(({ spans }) => spans),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour === 'hang') return;
  if (behaviour === 'trickle') {
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    const timer = setInterval(() => response.write('\0'), 50);
    response.on('close', () => {
      clearInterval(timer);
    });
    return;
  }
  // An empty ExportTraceServiceResponse has no bytes.
  response.writeHead(behaviour, { 'content-type': 'application/x-protobuf' }).end();
}
