import { fastify, type FastifyInstance } from 'fastify';
import type { WebhookHandler } from '../../bot/webhook.ts';
import type { ListenAddress } from '../value-kinds.ts';

/** Telegram's largest updates are far below this. */
const largestBodyBytes = 1_048_576;
const answerWithinMs = 60_000;

/**
 * The one HTTP server behind the webhooks of all shops. A shop that does not run here yet is answered 503, so that
 * Telegram comes again: 200 would lose the update.
 */
export class WebhookServer {
  readonly #server: FastifyInstance;
  readonly #handlers = new Map<string, WebhookHandler>();
  #isListening = false;

  constructor() {
    this.#server = fastify({ bodyLimit: largestBodyBytes, requestTimeout: answerWithinMs, return503OnClosing: false });
    this.#server.post<{ Params: { shop: string } }>('/telegram/:shop', async (request, reply) => {
      const handler = this.#handlers.get(request.params.shop);
      if (handler === undefined) return reply.code(503).header('retry-after', '2').send();
      await handler(request, reply);
      return reply;
    });
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  async listen({ host, port }: ListenAddress): Promise<void> {
    await this.#server.listen({ host, port });
    this.#isListening = true;
  }

  /** @param shopId of the ledger: public, in the path */
  serve(shopId: string, handler: WebhookHandler): void {
    this.#handlers.set(shopId, handler);
  }

  release(shopId: string): void {
    this.#handlers.delete(shopId);
  }

  /** From now on each answer closes its connection, so that the next update goes to somebody who stays. */
  drain(): void {
    this.#server.server.prependListener('request', (_request, response) => {
      response.shouldKeepAlive = false;
    });
  }

  /** Takes no more, and resolves when what is in hand was answered. */
  async close(): Promise<void> {
    await this.#server.close();
    this.#isListening = false;
  }
}

/** Path of a shop's webhook below the shop's own public base. */
export function webhookPath(shopId: string): string {
  return `/telegram/${shopId}`;
}
