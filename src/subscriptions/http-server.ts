import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { Clock } from '../base/clock.ts';
import { SubscriptionServiceError } from './errors.ts';
import { clientPaths, formatOfClient, longestToken, subscriptionPaths } from './alias-paths.ts';
import type { DeviceRemovalRequest } from './device-removal.ts';
import type { RequestHandler } from './request-handler.ts';

export interface HttpLimits {
  readonly connections: number;
  readonly keepAliveMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** A connection on which nothing moves is cut, also while it is being answered. */
  readonly stalledSocketMs: number;
  /** How long answers in hand may take when stopping. */
  readonly drainMs: number;
}

export interface HttpServerOptions {
  readonly handle: RequestHandler;
  readonly removeDevice: (request: DeviceRemovalRequest) => Promise<void>;
  readonly listen: { readonly host: string; readonly port: number };
  /**
   * Paths of our own public addresses, `/s`, without a slash at the end. A proxy may take them away before it hands a request
   * on; an Ingress has no portable way to, so what comes with one is answered alike.
   */
  readonly publicPaths: readonly string[];
  readonly limits: HttpLimits;
  readonly clock: Clock;
}

export interface HttpServer {
  readonly address: AddressInfo;
  /** From now on each answer closes its connection. */
  drain(): void;
  stop(): Promise<void>;
}

interface Query {
  /** A list when it comes more than once. */
  readonly format?: string | readonly string[];
  readonly open?: string | readonly string[];
}

/** @throws SubscriptionServiceError SUB_LISTEN_FAILED */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handle, removeDevice, listen, publicPaths, limits, clock } = options;
  const answerMiss = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    handle({ message: request.raw, response: reply.raw });
  };
  const app = createApp(limits, publicPaths, answerMiss);
  for (const { url, formatName } of subscriptionPaths) {
    app.route<{ Params: { token: string }; Querystring: Query }>({
      method: ['GET', 'HEAD'],
      url,
      handler(request, reply) {
        // Answers are ready-made: fastify's own header and payload handling would cost more than all the rest.
        reply.hijack();
        const { format = formatName, open } = request.query;
        handle({
          message: request.raw,
          response: reply.raw,
          token: request.params.token,
          ...(format !== undefined && { formatName: String(format) }),
          ...(open !== undefined && { openWith: String(open) }),
        });
      },
    });
  }
  for (const url of clientPaths) {
    app.route<{ Params: { token: string; client: string } }>({
      method: ['GET', 'HEAD'],
      url,
      handler(request, reply) {
        const formatName = formatOfClient(request.params.client);
        if (formatName === undefined) return answerMiss(request, reply);
        reply.hijack();
        handle({ message: request.raw, response: reply.raw, token: request.params.token, formatName });
      },
    });
  }
  app.post<{ Params: { token: string; id: string } }>('/sub/:token/devices/:id/remove', (request, reply) => {
    reply.hijack();
    const { token, id } = request.params;
    void removeDevice({ message: request.raw, response: reply.raw, token, deviceId: id });
  });
  app.setNotFoundHandler(answerMiss);
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    await app.close();
    const message = `cannot serve subscriptions on ${listen.host}:${listen.port}`;
    throw new SubscriptionServiceError('SUB_LISTEN_FAILED', message, { retry: 'never', cause });
  }
  return {
    address: app.server.address() as AddressInfo,
    drain() {
      app.server.prependListener('request', (_request, response) => {
        response.shouldKeepAlive = false;
      });
    },
    async stop() {
      const cancel = clock.schedule(limits.drainMs, () => {
        app.server.closeAllConnections();
      });
      await app.close();
      cancel();
    },
  };
}

function createApp(
  limits: HttpLimits,
  publicPaths: readonly string[],
  answerMiss: (request: FastifyRequest, reply: FastifyReply) => void,
): FastifyInstance {
  const app = fastify({
    // Its request log would hold tokens and addresses.
    logger: false,
    exposeHeadRoutes: false,
    ...(publicPaths.length > 0 && {
      rewriteUrl: (request: IncomingMessage) => withoutPublicPath(request.url ?? '', publicPaths),
    }),
    routerOptions: { maxParamLength: longestToken },
    connectionTimeout: limits.stalledSocketMs,
    keepAliveTimeout: limits.keepAliveMs,
    requestTimeout: limits.requestMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: { maxHeaderSize: 16_384, headersTimeout: limits.requestMs, connectionsCheckingInterval: 2000 },
    // What fastify refuses (a malformed escape, a method it does not know) is one more unknown address.
    frameworkErrors: (_error, request, reply) => {
      answerMiss(request, reply);
    },
    clientErrorHandler: refuseMalformed,
  });
  // The one form has no fields: whatever is sent with it is nobody's business. It is read to its end, for as long as a
  // request may take: who is disconnected while he still sends loses the answer.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  app.setErrorHandler((_error, request, reply) => {
    answerMiss(request, reply);
  });
  app.server.maxConnections = limits.connections;
  return app;
}

function withoutPublicPath(url: string, publicPaths: readonly string[]): string {
  const path = publicPaths.find((one) => url.startsWith(`${one}/`)) ?? '';
  return url.slice(path.length);
}

/** What never became a request: no HTTP, too large a header, too slow. */
function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  const status = statusOf(error.code);
  if (socket.writable && error.code !== 'ECONNRESET') {
    socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  }
  socket.destroy();
}

function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}
