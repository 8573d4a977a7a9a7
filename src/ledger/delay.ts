/** Cause of the grant that makes good for the late delivery of an order: it goes back with the order's money. */
export function delayCause(orderId: string): string {
  return `delay:${orderId}`;
}
