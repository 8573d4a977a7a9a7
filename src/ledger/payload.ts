/**
 * What we have a provider echo back: which attempt of which order this is meant for, and that it is ours at all. It
 * identifies the order and never the payment: a payload can be paid twice, or by somebody else.
 */
export interface AttemptPayload {
  readonly shopId: string;
  readonly orderId: string;
  readonly attempt: number;
}

const form = /^wl1\.([0-9a-f]{32})\.([0-9a-f]{32})\.([1-9][0-9]{0,5})$/;

/** At most 78 characters of letters, digits and points: fits Telegram's 128 bytes and every other provider's order id. */
export function writePayload({ shopId, orderId, attempt }: AttemptPayload): string {
  return `wl1.${shopId.replaceAll('-', '')}.${orderId.replaceAll('-', '')}.${String(attempt)}`;
}

/** @returns nothing when no shop of Wayleave wrote it */
export function readPayload(text: string): AttemptPayload | undefined {
  const [, shop, order, attempt] = form.exec(text) ?? [];
  if (shop === undefined || order === undefined || attempt === undefined) return undefined;
  return { shopId: dashed(shop), orderId: dashed(order), attempt: Number(attempt) };
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
