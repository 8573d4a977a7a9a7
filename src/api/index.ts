/*
 * The custom resources for everybody else. Schemas are imported for their types only, so nothing that runs pays for
 * TypeBox; `scripts/generate.ts` turns them into crds/ and docs/reference/.
 */
export type * from './meta.ts';
export * from './names.ts';
export * from './resources.ts';
export type * from './panel.ts';
export type * from './plan.ts';
export type * from './subscription.ts';
export type * from './shop.ts';
export * from './shop-methods.ts';
export * from './conditions.ts';
export * from './reasons.ts';
export * from './messages.ts';
export * from './money.ts';
export * from './period.ts';
export * from './quantity.ts';
export * from './selector.ts';
