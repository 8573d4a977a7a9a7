import { badRequest } from './api-error.ts';
import type { Methods, Services } from './method.ts';
import type { WebhookRow } from './state.ts';

/** Methods about how the bot learns what happened. */
export function updateMethods({ backend, updates, polling }: Services): Methods {
  const { state } = backend;

  const removeWebhook = (): void => {
    delete state.webhook;
    backend.changed();
  };

  return {
    getUpdates: (params, signal) => {
      const limit = params.integer('limit') ?? 100;
      updates.allow(params.json('allowed_updates'));
      return polling.poll({
        offset: params.integer('offset') ?? 0,
        limit: limit < 1 || limit > 100 ? 100 : limit,
        timeoutSeconds: params.integer('timeout') ?? 0,
        signal,
      });
    },

    setWebhook: (params) => {
      const url = params.text('url');
      if (params.flag('drop_pending_updates')) updates.dropAll();
      updates.allow(params.json('allowed_updates'));
      if (url === '') {
        removeWebhook();
        return true;
      }
      checkWebhookUrl(url);
      const secretToken = params.text('secret_token');
      if (!/^[\w-]{0,256}$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');
      const maxConnections = Math.min(Math.max(params.integer('max_connections') ?? 40, 1), 100);
      const row: WebhookRow = { url, maxConnections, ...(secretToken === '' ? {} : { secretToken }) };
      polling.interrupt('terminated by setWebhook request');
      state.webhook = row;
      backend.changed();
      return true;
    },

    deleteWebhook: (params) => {
      if (params.flag('drop_pending_updates')) updates.dropAll();
      removeWebhook();
      return true;
    },

    getWebhookInfo: () => {
      const { webhook, allowedUpdates } = state;
      return {
        url: webhook?.url ?? '',
        has_custom_certificate: false,
        pending_update_count: updates.pending().length,
        ...(webhook === undefined ? {} : { max_connections: webhook.maxConnections, ip_address: '127.0.0.1' }),
        ...(webhook?.lastErrorAt === undefined
          ? {}
          : { last_error_date: webhook.lastErrorAt, last_error_message: webhook.lastErrorMessage }),
        ...(allowedUpdates === undefined ? {} : { allowed_updates: allowedUpdates }),
      };
    },
  };
}

/** Telegram wants HTTPS. The simulator posts to this machine only, and there plain HTTP will do. */
function checkWebhookUrl(url: string): void {
  if (!URL.canParse(url)) throw badRequest('bad webhook: invalid URL specified');
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw badRequest(`bad webhook: the simulator posts to the loopback only, not to ${hostname}`);
  }
}
