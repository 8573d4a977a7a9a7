import { secretTypes, type ShopMethodSpec, type ShopProvider, type ShopReason } from '../../api/index.ts';
import type { Secret } from '../kube-resources.ts';
import type { ShopMethod } from './ports.ts';
import { valueOf, type ShopSecrets } from './secrets.ts';

/** A payment method and why it can be used or not. */
export interface MethodVerdict {
  readonly name: string;
  readonly provider: ShopProvider;
  readonly enabled: boolean;
  readonly reason: Extract<ShopReason, 'Usable' | 'Disabled' | 'SecretMissing' | 'SecretInvalid'>;
  /** For people; empty when there is nothing to mend. */
  readonly message: string;
  /** Undefined unless it can be used. */
  readonly usable: ShopMethod | undefined;
}

/** Keys that the Secret of a method must have. */
const secretKeys: Readonly<Record<ShopProvider, readonly string[]>> = { Stars: [], Manual: ['instructions'] };

/** Half of a message of Telegram, so that what we write around it fits as well. */
const maxValueLength = 2048;

/** What the Secrets make of the payment methods, in the order of the shop. */
export function judgeMethods(methods: readonly ShopMethodSpec[], known: ShopSecrets): readonly MethodVerdict[] {
  return methods.map((method) => judgeMethod(method, known));
}

function judgeMethod(method: ShopMethodSpec, known: ShopSecrets): MethodVerdict {
  const { name, provider, enabled, title = {}, currency = 'XTR', secretRef } = method;
  const verdict = (reason: MethodVerdict['reason'], message: string, usable?: ShopMethod): MethodVerdict => ({
    name,
    provider,
    enabled,
    reason,
    message,
    usable,
  });
  if (!enabled) return verdict('Disabled', '');
  const keys = secretKeys[provider];
  if (keys.length === 0) return verdict('Usable', '', { name, provider, title, currency, secret: {} });
  const secretName = secretRef?.name ?? '';
  const secret = known.get(secretName);
  const absent = whyAbsent(secret, secretName, keys);
  if (secret === undefined || absent !== undefined) return verdict('SecretMissing', absent ?? '');
  const values = Object.fromEntries(keys.map((key) => [key, valueOf(secret, key)]));
  const invalid = keys.find((key) => !isFit(values[key]));
  if (invalid !== undefined) {
    const what =
      values[invalid] === '' ? `has no ${invalid}` : `has more than ${maxValueLength} characters as ${invalid}`;
    return verdict('SecretInvalid', `Secret ${secretName} ${what}`);
  }
  return verdict('Usable', '', { name, provider, title, currency, secret: values });
}

/** Only Secrets of our own type are shown to customers, or whoever may write a VPNShop could publish any other. */
function whyAbsent(secret: Secret | undefined, name: string, keys: readonly string[]): string | undefined {
  const literals = keys.map((key) => `--from-literal=${key}=…`).join(' ');
  const create = `create it with kubectl create secret generic ${name} --type=${secretTypes.provider} ${literals}`;
  if (secret === undefined) return `Secret ${name} does not exist: ${create}`;
  if (secret.type === secretTypes.provider) return undefined;
  return `Secret ${name} is of type ${secret.type ?? 'Opaque'}, not ${secretTypes.provider}: ${create}`;
}

function isFit(value: string | undefined): boolean {
  return value !== undefined && value !== '' && Array.from(value).length <= maxValueLength;
}
