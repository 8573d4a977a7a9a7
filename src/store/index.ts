export { addAlias, aliasesOf, removeAlias, type AliasOutcome, type AliasRecord, type NewAlias } from './aliases.ts';
export { listenForChanges, listenForWork, type ListenForWorkOptions, type ListenOptions } from './changes.ts';
export { ensureGeneration } from './credentials.ts';
export { declaredByHand, type DeclaredByHand } from './declared-by-hand.ts';
export { deletedWithClients, markDeleted } from './deletion.ts';
export {
  devicesOf,
  forgetDevices,
  registerDevice,
  removeDevice,
  touchDevices,
  type KnownDevice,
  type NewDevice,
  type Registration,
} from './devices.ts';
export { findByToken, findByTokens, type ServedPanel, type SubscriptionDocument } from './document.ts';
export { ensureSubscriptions, newShortId, type WantedSubscription } from './ensure-subscriptions.ts';
export {
  markProvisioned,
  writeEntitlements,
  writeStates,
  type DeclaredEntitlement,
  type WrittenEntitlements,
} from './entitlements.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export {
  carriesNotifications,
  inspectRoles,
  inspectSchema,
  inspectServer,
  inspectSessions,
  type RoleFacts,
  type ServerFacts,
} from './inspect.ts';
export { lostTokenKeys } from './lost-token-keys.ts';
export { migrate, type MigrateOptions, type MigrateResult } from './migrate.ts';
export { openStore, type OpenStoreOptions } from './open.ts';
export { confirmClients, loadPanelClients, type ConfirmedClient, type PanelClientKey } from './panel-clients.ts';
export {
  ensurePanel,
  markPanelRemoved,
  savePanelReading,
  type PanelReading,
  type PanelRecord,
  type StoredEndpoint,
} from './panels.ts';
export type {
  CredentialGeneration,
  EntitlementRecord,
  PanelClientRecord,
  SubscriptionRecord,
  SubscriptionSource,
  SubscriptionState,
  TrafficReset,
  TokenRecord,
} from './records.ts';
export {
  addRevocations,
  finishRevocations,
  holdRevocations,
  openRevocations,
  openRevocationsOf,
  permitRevocations,
  recentRevocations,
  withdrawRevocations,
  type OpenRevocation,
  type RecentRevocation,
  type Revocation,
  type RevocationReason,
} from './revocations.ts';
export type { StoreRole } from './rights.ts';
export { withoutNulls, type RowOf } from './rows.ts';
export { Store, type Queryable, type Statement } from './store.ts';
export { aliveTokens, checkTokenKeys, hasAddresses, lockSubscription, rotateToken } from './subscription-tokens.ts';
export { saveShopRendering, type ShopRendering, type TextsByLanguage } from './shop-rendering.ts';
export { findSubscriptions, findSubscriptionsByName, installationId, loadSubscriptions } from './subscriptions.ts';
export { forgetTokenUses, recentTokenUses, recordTokenUses } from './token-uses.ts';
export { createTokenKeyData, hashToken, parseTokenKeys, tokenOf, type TokenKeys } from './tokens.ts';
export { markTraffic, trafficPercents } from './traffic-marks.ts';
export {
  recordUsage,
  resetUsage,
  usageTotals,
  type RecordedUsage,
  type UsageReading,
  type UsageTotal,
} from './usage.ts';
export { usageBaselines, type UsageBaseline } from './usage-baselines.ts';
export { isUuid } from './uuid.ts';
