import type { DeviceRegistry } from './device-gate.ts';
import type { WarmUpSource } from './warm-up.ts';

/** What the service remembers by itself, beside what it reads: in Postgres in production. */
export interface ServiceRecords extends DeviceRegistry, WarmUpSource {
  /** @returns whether it was there */
  removeDevice(subscriptionId: string, deviceId: string): Promise<boolean>;
  /** @param keys SHA-256 of tokens in base64url */
  recordUses(keys: readonly string[]): Promise<void>;
  recordSeen(deviceIds: readonly string[]): Promise<void>;
}

/** Of a service that only reads. */
export const noRecords: ServiceRecords = {
  register: () => Promise.resolve('unlimited'),
  removeDevice: () => Promise.resolve(false),
  recordUses: () => Promise.resolve(),
  recordSeen: () => Promise.resolve(),
  recent: () => Promise.resolve([]),
  find: () => Promise.resolve(new Map()),
};
