/** Who holds it shows what shops are like; which replica leads which shop is decided shop by shop. */
export const botLeaseName = 'wayleave-bot';

/** Who holds it polls for the shop and does its jobs. A point, which no namespace has: a-b/c and a/b-c are two shops. */
export function shopLeaseName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `wayleave-shop-${namespace}.${name}`;
}
