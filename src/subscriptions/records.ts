import type { DeviceRegistry } from './device-gate.ts';
import type { WarmUpSource } from './warm-up.ts';

/** Rows that were deleted, by table. */
export interface Forgotten {
  readonly rows: Readonly<Record<ForgetfulTable, number>>;
  /** Whether there may be more. */
  readonly more: boolean;
}

export const forgetfulTables = ['token_uses', 'devices'] as const;
export type ForgetfulTable = (typeof forgetfulTables)[number];

/** What the service remembers by itself, beside what it reads: in Postgres in production. */
export interface ServiceRecords extends DeviceRegistry, WarmUpSource {
  /** @returns whether it was there */
  removeDevice(subscriptionId: string, deviceId: string): Promise<boolean>;
  /** @param keys SHA-256 of tokens in base64url */
  recordUses(keys: readonly string[]): Promise<void>;
  recordSeen(deviceIds: readonly string[]): Promise<void>;
  /** Deletes a batch of what is too old to be of use. */
  forget(): Promise<Forgotten>;
}

/** Of a service that only reads. */
export const noRecords: ServiceRecords = {
  register: () => Promise.resolve('unlimited'),
  removeDevice: () => Promise.resolve(false),
  recordUses: () => Promise.resolve(),
  recordSeen: () => Promise.resolve(),
  forget: () => Promise.resolve({ rows: { token_uses: 0, devices: 0 }, more: false }),
  recent: () => Promise.resolve([]),
  find: () => Promise.resolve(new Map()),
};
