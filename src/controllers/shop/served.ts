import type { VPNShop } from '../../api/index.ts';

/**
 * The shop of a namespace that is served: the oldest, and of two that are equally old the first by name. One that is
 * being deleted is gone already, or it would keep its successor waiting for somebody else's finalizer.
 */
export function servedShop(shops: readonly VPNShop[]): VPNShop | undefined {
  const [oldest] = shops.filter(({ metadata }) => metadata.deletionTimestamp === undefined).toSorted(byAge);
  return oldest;
}

/** RFC 3339 in UTC and whole seconds, as the API server writes it, sorts as text. */
function byAge(a: VPNShop, b: VPNShop): number {
  const [created, other] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (created !== other) return created < other ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
