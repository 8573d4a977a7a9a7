import { describe, expect, it } from 'vitest';
import { servedShopOf } from '../../../test/support/shops.ts';
import { servedShop } from './served.ts';

const shop = (name: string, creationTimestamp: string, deletionTimestamp?: string) =>
  servedShopOf({}, { name, creationTimestamp, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) });

const old = shop('z-old', '2026-01-01T00:00:00Z');
const young = shop('a-young', '2026-01-02T00:00:00Z');
const twin = shop('z-old-twin', '2026-01-01T00:00:00Z');

describe('the shop of a namespace that is served', () => {
  it.each([
    ['the oldest', [young, old], 'z-old'],
    ['the first by name of two that are equally old', [twin, young, old], 'z-old'],
    ['not one that is being deleted', [shop('old', '2025-01-01T00:00:00Z', '2026-01-03T00:00:00Z'), young], 'a-young'],
    ['none where there is none', [], undefined],
  ])('is %s', (_, shops, name) => {
    expect(servedShop(shops)?.metadata.name).toBe(name);
    expect(servedShop(shops.toReversed())?.metadata.name).toBe(name);
  });
});
