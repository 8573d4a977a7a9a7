import type { Registry } from 'prom-client';
import type { VPNPanel, VPNPlan } from '../../api/index.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Tracer } from '../../base/trace.ts';
import type { NoticeMetrics } from '../../bot/notices/metrics.ts';
import type { BotMetrics } from '../../bot/ports.ts';
import type { Texts } from '../../bot/texts.ts';
import type { KubeClient, Reflector } from '../../kube/index.ts';
import type { PaymentMetrics } from '../../payments/metrics.ts';
import type { Store, TokenKeys } from '../../store/index.ts';
import type { WebhookServer } from './webhook-server.ts';

/** What all shops of a process share. */
export interface BotParts {
  readonly client: KubeClient;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly metrics: {
    readonly bot: BotMetrics;
    readonly payments: PaymentMetrics;
    readonly notices: NoticeMetrics;
  };
  readonly texts: Texts;
  readonly webhooks: WebhookServer;
  readonly plans: Reflector<VPNPlan>;
  readonly panels: Reflector<VPNPanel>;
  readonly tokenKeys: () => Promise<TokenKeys>;
  /** Where Leases and the token key are. */
  readonly namespace: string;
  readonly identity: string;
  /** Of this build. */
  readonly version: string;
  readonly lease: {
    readonly leaseDurationMs: number;
    readonly renewDeadlineMs: number;
    readonly retryPeriodMs: number;
  };
  /** Base of addresses where a shop names none of its own. */
  readonly publicUrl: string;
  readonly telegramApiUrl: string;
  readonly failpoint: (name: string) => void;
  /** Aborts when this process is asked to stop: whoever leads hands over at once, also while webhooks still come. */
  readonly stopping: AbortSignal;
  /** Rings when the operator may have confirmed a delivery. */
  readonly onDelivery: (ring: () => void) => () => void;
  /** Undefined: nobody wants traces. */
  readonly tracer: Tracer | undefined;
}
