import {
  findByTokens,
  forgetDevices,
  forgetTokenUses,
  recentTokenUses,
  recordTokenUses,
  registerDevice,
  removeDevice,
  touchDevices,
  type Queryable,
} from '../store/index.ts';
import type { ServiceRecords } from './records.ts';
import { toDocument } from './store-source.ts';

/** How many rows one statement deletes: a matter of milliseconds, whoever waits for one of them. */
const forgottenAtOnce = 1000;

/** Records in Postgres. */
export function storeRecords(db: Queryable): ServiceRecords {
  const hashesOf = (keys: readonly string[]): Buffer[] => keys.map((key) => Buffer.from(key, 'base64url'));
  return {
    register: (device) => registerDevice(db, device),
    removeDevice: (subscriptionId, deviceId) => removeDevice(db, subscriptionId, deviceId),
    recordUses: (keys) => recordTokenUses(db, hashesOf(keys)),
    recordSeen: (deviceIds) => touchDevices(db, deviceIds),
    async forget() {
      const rows = {
        token_uses: await forgetTokenUses(db, forgottenAtOnce),
        devices: await forgetDevices(db, forgottenAtOnce),
      };
      return { rows, more: Object.values(rows).includes(forgottenAtOnce) };
    },
    async recent(limit) {
      return (await recentTokenUses(db, limit)).map((hash) => hash.toString('base64url'));
    },
    async find(keys) {
      const found = await findByTokens(db, hashesOf(keys));
      return new Map(Array.from(found, ([key, stored]) => [key, toDocument(stored)]));
    },
  };
}
