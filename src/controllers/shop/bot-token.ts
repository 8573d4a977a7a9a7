import { secretTypes } from '../../api/index.ts';
import type { Secret } from '../kube-resources.ts';
import { valueOf } from './secrets.ts';

/** What the Secret of a bot is worth. */
export type BotCredentials =
  | { readonly token: string; readonly webhookSecret: string | undefined; readonly isWebhookSecretValid: boolean }
  | { readonly token: undefined; readonly missing: string };

/** It becomes part of a path at Telegram, so nothing else may reach there. */
const TOKEN = /^[0-9]{1,20}:[A-Za-z0-9_-]{1,128}$/;
/** Telegram's own limits for `secret_token`. */
const WEBHOOK_SECRET = /^[A-Za-z0-9_-]{1,256}$/;

/** @param name of the Secret, for the message; no value of it ever gets into one */
export function botCredentials(secret: Secret | undefined, name: string): BotCredentials {
  if (secret === undefined) return missing(`Secret ${name} does not exist`, name);
  if (secret.type !== secretTypes.bot) {
    return missing(`Secret ${name} is of type ${secret.type ?? 'Opaque'}, not ${secretTypes.bot}`, name);
  }
  const token = valueOf(secret, 'token');
  if (token === '') return missing(`Secret ${name} has no token`, name);
  if (!TOKEN.test(token)) return missing(`what Secret ${name} has as token is not of the form 123456:ABC-DEF`, name);
  const webhookSecret = valueOf(secret, 'webhookSecret');
  const isWebhookSecretValid = webhookSecret === '' || WEBHOOK_SECRET.test(webhookSecret);
  const isUsable = webhookSecret !== '' && isWebhookSecretValid;
  return { token, webhookSecret: isUsable ? webhookSecret : undefined, isWebhookSecretValid };
}

function missing(what: string, name: string): BotCredentials {
  const create = `kubectl create secret generic ${name} --type=${secretTypes.bot} --from-literal=token=…`;
  return { token: undefined, missing: `${what}: take a token from @BotFather and create it with ${create}` };
}
