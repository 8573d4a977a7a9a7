import { vpnSubscriptions, type Condition, type VPNSubscription, type VPNSubscriptionStatus } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import { done, requeueAfter, type EventRecorder, type KubeClient, type Outcome } from '../../kube/index.ts';
import type { Failpoint } from '../failpoints.ts';
import { isSameJson } from '../same-json.ts';
import { writeStatus } from '../write-status.ts';
import { subscriptionStatus, type SubscriptionView } from './status.ts';

export interface StatusPublisherOptions {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
}

/** Progress is shown once a second; a final state at once. */
const progressIntervalMs = 1000;

/** Writes a subscription's status when it differs, and tells what happened once. */
export class StatusPublisher {
  readonly #options: StatusPublisherOptions;
  readonly #progressFrom = new Map<string, number>();

  constructor(options: StatusPublisherOptions) {
    this.#options = options;
  }

  forget(key: string): void {
    this.#progressFrom.delete(key);
  }

  /** @returns when to come back: progress that was shown less than a second ago waits */
  async show(key: string, subscription: VPNSubscription, view: SubscriptionView): Promise<Outcome> {
    const { client, clock, failpoint } = this.#options;
    const status = subscriptionStatus(subscription, view, new Date(clock.now()));
    if (isSameJson(subscription.status ?? {}, status)) {
      this.#progressFrom.delete(key);
      return done;
    }
    const waitMs = isUnderWay(view) ? this.#progressDueInMs(key) : 0;
    if (waitMs > 0) return requeueAfter(waitMs);
    await failpoint('subscription.before-status');
    await writeStatus(client, vpnSubscriptions, subscription, status);
    await failpoint('subscription.after-status');
    this.#progressFrom.delete(key);
    this.#tell(subscription, status);
    return done;
  }

  #progressDueInMs(key: string): number {
    const now = this.#options.clock.monotonic();
    const from = this.#progressFrom.get(key) ?? now + progressIntervalMs;
    this.#progressFrom.set(key, from);
    return from - now;
  }

  #tell(subscription: VPNSubscription, status: VPNSubscriptionStatus): void {
    const { events } = this.#options;
    const find = (from: VPNSubscriptionStatus | undefined, type: string): Condition | undefined =>
      from?.conditions?.find((condition) => condition.type === type);
    const provisioned = find(status, 'Provisioned');
    if (provisioned?.status === 'True' && find(subscription.status, 'Provisioned')?.status !== 'True') {
      events.record({ object: subscription, type: 'Normal', reason: 'Provisioned', message: provisioned.message });
    }
    const ready = find(status, 'Ready');
    const before = find(subscription.status, 'Ready')?.reason;
    // Progress is for the status alone; what holds a customer up, or gives him access back, is worth an Event.
    if (ready === undefined || ready.reason === before || isProgress(ready.reason)) return;
    if (ready.status === 'True' && (before === undefined || isProgress(before))) return;
    const type = ready.status === 'True' ? 'Normal' : 'Warning';
    events.record({ object: subscription, type, reason: ready.reason, message: ready.message });
  }
}

function isProgress(reason: string): boolean {
  return reason === 'Provisioning' || reason === 'PartiallyProvisioned';
}

/** Something is being delivered to a panel that takes changes: the next state is a moment away. */
function isUnderWay({ deliveries }: SubscriptionView): boolean {
  return deliveries.some(({ state, reason }) => state === 'Pending' && reason === 'Provisioning');
}
