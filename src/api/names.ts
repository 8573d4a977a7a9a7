import { WayleaveError } from '../base/errors.ts';

export const API_GROUP = 'wayleave.dev';
export const API_VERSION = 'v1alpha1';
/** What `apiVersion` says in every manifest of ours. */
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;

/** Server-side apply remembers who wrote which field under these names. */
export const fieldManagers = {
  /** Owns status and finalizers. */
  operator: 'wayleave-operator',
  /** Owns the fields of a subscription that follow from payments. */
  ledger: 'wayleave-ledger',
  /** Raises `credentialsGeneration` of a subscription whose customer asked for new keys. People may raise it as well. */
  bot: 'wayleave-bot',
} as const;

/** Keeps a resource until what it put on panels is recorded as revoked. Never waits for a panel that is down. */
export const FINALIZER = `${API_GROUP}/finalizer`;

export const annotations = {
  /** On a VPNPanel: let the deletion go through and leave the clients on the panel. Value: `true`. */
  abandon: `${API_GROUP}/abandon`,
  /** On a VPNPanel: allow the removals that are held (condition RevocationsHeld). Value: an instant, RFC 3339: what was recorded up to it is allowed, later waves are held again. */
  allowRevocations: `${API_GROUP}/allow-revocations`,
  /** On a VPNSubscription that was bought: `<entitlementRevision>/<digest of the fields that the ledger owns>`. */
  projected: `${API_GROUP}/projected`,
  /** On a Lease of ours: the version of the process that holds it. */
  version: `${API_GROUP}/version`,
  /** On the Lease of a shop: up to when, by the clock of Postgres, its holder saw the shop's books. RFC 3339. A database that ends earlier was restored. */
  booksUntil: `${API_GROUP}/books-until`,
} as const;

export const labels = {
  /** On a VPNPanel: a demonstration panel, the only kind that a shop in test mode may sell. Value: `true`. */
  demo: `${API_GROUP}/demo`,
  /** On a VPNSubscription: who declares it. Value: `ledger` on what was bought. */
  source: `${API_GROUP}/source`,
  /** On a VPNSubscription that was bought: the VPNShop that sold it. */
  shop: `${API_GROUP}/shop`,
} as const;

/** Only Secrets of our own types are read, so nobody can have a foreign Secret sent to a URL of his own. */
export const secretTypes = {
  /** Keys: `token`, or `username` and `password`. */
  panelCredentials: `${API_GROUP}/panel-credentials`,
  /** Key: `url`, the subscription URL. Written by the operator where `writeConnectionSecret` asks for it. */
  connection: `${API_GROUP}/connection`,
  /** Keys: `token`, the token of a Telegram bot, and optionally `webhookSecret`. */
  bot: `${API_GROUP}/bot`,
  /** Key for a payment method `Manual`: `instructions`, what a customer reads to pay. */
  provider: `${API_GROUP}/provider`,
} as const;

/** The Secret that `writeConnectionSecret` asks for. */
export function connectionSecretName(subscriptionName: string): string {
  return `${subscriptionName}-connection`;
}

/** Everything that can be wrong with a value that a schema let through or that came from elsewhere. */
export const apiErrorCodes = {
  API_QUANTITY_INVALID: 'not a Kubernetes quantity of bytes',
  API_PERIOD_INVALID: 'not a period of the form P<n>D or P<n>W',
  API_CURRENCY_UNKNOWN: 'a currency whose decimals are not known',
  API_AMOUNT_INVALID: 'not an amount of money in that currency',
} as const;

export type ApiErrorCode = keyof typeof apiErrorCodes;

export class ApiError extends WayleaveError<ApiErrorCode> {}
