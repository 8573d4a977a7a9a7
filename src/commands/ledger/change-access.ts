import { entitlementAt, resumeSubscription, suspendSubscription } from '../../ledger/index.ts';
import type { Host } from '../host.ts';
import { changeTime, type ActCall } from './change-time.ts';

/** Denies access, or ends that. Time runs on. */
export async function changeAccess(
  host: Host,
  text: string,
  action: 'suspend' | 'resume',
  options: ActCall,
): Promise<void> {
  const change = action === 'suspend' ? suspendSubscription : resumeSubscription;
  await changeTime(host, text, options, (store, { id }) =>
    Promise.resolve({
      preview: ({ entries, now }) => entitlementAt(entries, now),
      apply: (by) => change(store, id, by),
    }),
  );
}
