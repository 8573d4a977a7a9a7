import type { Queryable } from './store.ts';

export interface DeclaredByHand {
  readonly kind: 'VPNSubscription' | 'VPNPanel';
  readonly namespace: string;
  readonly name: string;
}

/**
 * Resources of which only manifests can bring back what they said: panels, and subscriptions that no ledger sold. Those
 * that were taken away are left out.
 *
 * @param namespace only of this one; absent: all
 */
export async function declaredByHand(db: Queryable, namespace: string | undefined): Promise<DeclaredByHand[]> {
  return db.query<DeclaredByHand>(
    `select 'VPNPanel' as kind, namespace, name from wayleave.panels
     where removed_at is null and ($1::text is null or namespace = $1)
     union all
     select 'VPNSubscription', namespace, name from wayleave.subscriptions
     where source = 'resource' and deleted_at is null and ($1::text is null or namespace = $1)
     order by 1, 2, 3`,
    [namespace ?? null],
  );
}
