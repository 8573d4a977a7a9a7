import type { Queryable } from './store.ts';

/** By language tag; `default` is there if anything is. */
export type TextsByLanguage = Readonly<Record<string, string>>;

/** What a shop wants its customers' apps and pages to show: the part of VPNShop that the subscription service reads. */
export interface ShopRendering {
  /** For customers whose own language, and whose phone's, is not spoken. */
  readonly language: string;
  /** What apps call the profile, instead of what the subscription is called. */
  readonly title?: TextsByLanguage;
  /** Whole hours. */
  readonly updateIntervalHours?: number;
  readonly supportUrl?: string;
  /** Where customers renew. */
  readonly botUrl?: string;
  /** Of dates, as IANA calls it. */
  readonly timeZone?: string;
  /** Instead of the customer's own page. */
  readonly webPageUrl?: string;
  /** A line above the servers, in apps that have room for it. */
  readonly announce?: { readonly text: TextsByLanguage; readonly url?: string };
  /** Before the rules that are built in; the first match wins. */
  readonly apps?: readonly { readonly userAgentPrefix: string; readonly format: string }[];
  readonly happ?: { readonly routing?: string; readonly hideSettings?: boolean };
  /** Bases under which customers reach their subscriptions, the one that is handed out first. */
  readonly publicUrls?: readonly string[];
}

/** Saves it if it differs from what is there. */
export async function saveShopRendering(
  db: Queryable,
  shop: { readonly namespace: string; readonly name: string },
  rendering: ShopRendering,
): Promise<void> {
  await db.query(
    `insert into wayleave.shop_renderings as r (namespace, shop, rendering) values ($1, $2, $3::jsonb)
     on conflict (namespace) do update set shop = excluded.shop, rendering = excluded.rendering, changed_at = now()
     where (r.shop, r.rendering) is distinct from (excluded.shop, excluded.rendering)`,
    [shop.namespace, shop.name, JSON.stringify(rendering)],
  );
}
