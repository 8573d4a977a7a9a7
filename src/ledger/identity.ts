import { newShortId, type Queryable } from '../store/index.ts';

/** Name of the VPNSubscription that the ledger makes. */
export function resourceName(subscriptionId: string): string {
  return `sub-${subscriptionId}`;
}

const ensure = {
  name: 'ensure-identity',
  // An update that changes nothing still locks the row that is there.
  text: `
    with locked as (
      insert into wayleave.subscriptions as s (id, namespace, name, source, shop, short_id, customer_id)
      values ($1, $2, $3, 'ledger', $4, $5, $6)
      on conflict (id) do update set customer_id = s.customer_id where false)
    insert into wayleave.credentials (subscription_id, generation, client_uuid) values ($1, 1, gen_random_uuid())
    on conflict (subscription_id, generation) do nothing`,
};

/**
 * Makes the identity and the first keys of a subscription that was bought, and locks it. Its address follows with the
 * first projection, since the key for that is in the cluster, and a payment must be recorded without a cluster.
 */
export async function ensureIdentity(
  tx: Queryable,
  wanted: {
    readonly subscriptionId: string;
    readonly namespace: string;
    readonly shop: string;
    readonly customerId: string;
  },
): Promise<void> {
  const { subscriptionId, namespace, shop, customerId } = wanted;
  await tx.query(ensure, [subscriptionId, namespace, resourceName(subscriptionId), shop, newShortId(), customerId]);
}
