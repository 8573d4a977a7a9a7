/**
 * What Prometheus sees while something goes wrong and is mended again, minute by minute, in the notation of promtool:
 * `1x5` is six times 1, `0+10x5` counts from 0 to 50, `_` is no sample, `stale` the end of a series.
 */
export interface AlertCase {
  readonly alert: string;
  /** Where an alert has several cases. */
  readonly when?: string;
  readonly series: Readonly<Record<string, string>>;
  /** Minutes at which it must not fire: just before, after a near miss, and when it has cleared. */
  readonly quietAt: readonly number[];
  /** Minutes at which it must fire. */
  readonly firesAt: readonly number[];
}

const shop = 'namespace="w", shop="w/main", instance="a"';
const panel = 'namespace="w", panel="w/nl", instance="a"';
const process = 'namespace="w", instance="a"';
const builtAs = (command: string): string => `wayleave_build_info{${process}, command="${command}"}`;
const orders = (labels: string): string => `wayleave_order_provisioning_seconds_${labels}`;
const onTime = orders(`bucket{${process}, le="60.0"}`);
const judged = orders(`count{${process}}`);

/** Wrong from the sixth minute to the 26th. */
const goneWrong = '1x5 0x20 1x5';

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'WayleaveProvisioningBudgetBurnsFast',
    when: 'half of the orders are late for an hour',
    series: {
      [judged]: '0+10x180',
      [onTime]: '0+10x60 605+5x59 910+10x60',
      [`wayleave_orders_late{${shop}}`]: '0x180',
    },
    quietAt: [60, 62, 130],
    firesAt: [70, 115],
  },
  {
    alert: 'WayleaveProvisioningBudgetBurnsFast',
    when: 'nothing arrives at all',
    series: { [judged]: '5x60', [onTime]: '5x60', [`wayleave_orders_late{${shop}}`]: '0x10 3x20 0x30' },
    quietAt: [11, 12, 33],
    firesAt: [14, 30],
  },
  {
    alert: 'WayleaveProvisioningBudgetBurnsFast',
    when: 'one order of two is late in a small shop',
    series: { [judged]: '0x5 2x60', [onTime]: '0x5 1x60', [`wayleave_orders_late{${shop}}`]: '0x65' },
    quietAt: [5, 8, 10, 30],
    firesAt: [],
  },
  {
    alert: 'WayleaveProvisioningBudgetBurnsSlowly',
    when: 'one order in a hundred is late',
    series: {
      [judged]: '0+10x500',
      [onTime]: '0+9.9x400 3970+10x99',
      [`wayleave_orders_late{${shop}}`]: '0x500',
    },
    quietAt: [50, 460],
    firesAt: [120, 400],
  },
  {
    alert: 'WayleaveProvisioningBudgetBurnsFast',
    when: 'one order in a hundred is late, which is not fast',
    series: { [judged]: '0+10x200', [onTime]: '0+9.9x200', [`wayleave_orders_late{${shop}}`]: '0x200' },
    quietAt: [10, 100, 200],
    firesAt: [],
  },
  {
    alert: 'WayleavePaidNotProvisioned',
    series: { [`wayleave_paid_unprovisioned_seconds{${shop}}`]: '0+60x8 0x10' },
    quietAt: [5, 6, 9],
    firesAt: [7, 8],
  },
  {
    alert: 'WayleaveOutboxStuck',
    series: {
      [`wayleave_outbox_oldest_seconds{${process}, topic="project"}`]: '0+60x20 0x10',
      [`wayleave_outbox_oldest_seconds{${process}, topic="refund"}`]: '900x30',
    },
    quietAt: [5, 7, 21],
    firesAt: [8, 20],
  },
  {
    alert: 'WayleaveSideWorkStuck',
    series: { [`wayleave_outbox_oldest_seconds{${process}, topic="refund"}`]: '0+60x60 0x5' },
    quietAt: [30, 35, 61],
    firesAt: [36, 60],
  },
  {
    alert: 'WayleaveMoneyNotRecorded',
    series: {
      [`wayleave_reconciliation_findings_total{${process}, provider="stars", finding="failed"}`]: '0x5 1+1x20 21x40',
    },
    quietAt: [6, 15, 43],
    firesAt: [17, 30],
  },
  {
    alert: 'WayleaveWebhookFailures',
    series: { [`wayleave_webhook_failures_total{${process}, cause="payment"}`]: '0x5 1+1x10 11x30' },
    quietAt: [7, 11, 28],
    firesAt: [15, 20],
  },
  {
    alert: 'WayleaveWebhookFailures',
    when: 'two deliveries were not taken',
    series: { [`wayleave_webhook_failures_total{${process}, cause="payment"}`]: '0x5 1 2x30' },
    quietAt: [7, 12, 16],
    firesAt: [],
  },
  {
    alert: 'WayleaveWebhookSecretMismatch',
    series: { [`wayleave_webhook_failures_total{${process}, cause="secret"}`]: '0+5x20 100x40' },
    quietAt: [3, 8, 37],
    firesAt: [13, 25],
  },
  {
    alert: 'WayleaveLostUpdates',
    series: {
      [`wayleave_reconciliation_findings_total{${process}, provider="stars", finding="charge"}`]: '0x5 1x100',
      [`wayleave_reconciliation_findings_total{${process}, provider="stars", finding="ignored"}`]: '0+1x105',
    },
    quietAt: [5, 68],
    firesAt: [8, 60],
  },
  {
    alert: 'WayleaveChargesWaiting',
    series: { [`wayleave_queue_oldest_seconds{${shop}, queue="transfers"}`]: '0+600x40 0x5' },
    quietAt: [24, 39, 41],
    firesAt: [40],
  },
  {
    alert: 'WayleaveChargesWaiting',
    when: 'what may wait for a day has waited for five hours',
    series: { [`wayleave_queue_oldest_seconds{${shop}, queue="surplus"}`]: '18000x60 90000x20' },
    quietAt: [30, 60, 75],
    firesAt: [76],
  },
  {
    alert: 'WayleaveJobStale',
    series: {
      [`wayleave_job_last_success_timestamp_seconds{${shop}, task="note-provisioned"}`]: '0+60x5 300x40 2820+60x5',
    },
    quietAt: [20, 25, 48],
    firesAt: [26, 45],
  },
  {
    alert: 'WayleaveJobStale',
    when: 'a job that comes round every ten minutes missed six of them',
    series: {
      [`wayleave_job_last_success_timestamp_seconds{${shop}, task="extend-surplus"}`]: '0x70 4260x70',
      [`wayleave_job_last_success_timestamp_seconds{${shop}, task="retention"}`]: '0x70 4260x70',
    },
    quietAt: [60, 70, 120],
    firesAt: [],
  },
  {
    alert: 'WayleaveSweepStale',
    series: {
      [`wayleave_projection_sweep_last_success_timestamp_seconds{${process}}`]: '0+60x5 300x60 4020+60x5',
    },
    quietAt: [35, 40, 68],
    firesAt: [41, 66],
  },
  {
    alert: 'WayleaveBotTokenRefused',
    series: { [`wayleave_telegram_errors_total{${process}, code="401"}`]: '0x5 1+1x5 6x30' },
    quietAt: [5, 7, 23],
    firesAt: [9, 18],
  },
  {
    alert: 'WayleaveBotPolledTwice',
    series: { [`wayleave_telegram_errors_total{${process}, code="409"}`]: '0x5 1+1x10 11x30' },
    quietAt: [7, 11, 28],
    firesAt: [15, 20],
  },
  {
    alert: 'WayleaveTelegramUnreachable',
    series: {
      [`wayleave_telegram_errors_total{${process}, code="0"}`]: '0+1x30 30x30',
      [`wayleave_telegram_errors_total{${process}, code="502"}`]: '0+1x30 30x30',
      [`wayleave_telegram_errors_total{${process}, code="429"}`]: '0+9x60',
    },
    quietAt: [4, 12, 42],
    firesAt: [20, 33],
  },
  {
    alert: 'WayleavePanelDown',
    series: { [`wayleave_panel_reachable{${panel}}`]: goneWrong },
    quietAt: [5, 15, 27],
    firesAt: [16, 26],
  },
  {
    alert: 'WayleavePanelDown',
    when: 'another replica leads, and sees it',
    series: {
      [`wayleave_panel_reachable{${panel}}`]: '0x8 stale',
      [`wayleave_panel_reachable{namespace="w", panel="w/nl", instance="b"}`]: '_x9 1x20',
    },
    quietAt: [8, 12, 25],
    firesAt: [],
  },
  {
    alert: 'WayleavePanelCoreStopped',
    series: { [`wayleave_panel_core_running{${panel}}`]: goneWrong },
    quietAt: [5, 10, 27],
    firesAt: [11, 26],
  },
  {
    alert: 'WayleavePanelUnsupported',
    series: { [`wayleave_panel_supported{${panel}}`]: goneWrong },
    quietAt: [5, 20, 27],
    firesAt: [21, 26],
  },
  {
    alert: 'WayleavePanelCertificateExpiring',
    series: { [`wayleave_panel_certificate_expiry_timestamp_seconds{${panel}}`]: '1213200x150 9000000x10' },
    quietAt: [60, 120, 151],
    firesAt: [121, 150],
  },
  {
    alert: 'WayleaveDriftStorm',
    series: { [`wayleave_panel_drift_total{${panel}}`]: '0x5 5+5x20 110x40' },
    quietAt: [8, 13, 43],
    firesAt: [19, 30],
  },
  {
    alert: 'WayleaveDeliveriesStuck',
    series: {
      [`wayleave_panel_deliveries_oldest_seconds{${panel}}`]: '0x5 60+60x30 0x5',
      [`wayleave_panel_writable{${panel}}`]: '1x45',
    },
    quietAt: [5, 25, 37],
    firesAt: [26, 36],
  },
  {
    alert: 'WayleaveDeliveriesStuck',
    when: 'somebody always waits, and nobody for long',
    series: {
      [`wayleave_panel_deliveries_pending{${panel}}`]: '3x45',
      [`wayleave_panel_deliveries_oldest_seconds{${panel}}`]: '8x45',
      [`wayleave_panel_writable{${panel}}`]: '1x45',
    },
    quietAt: [20, 45],
    firesAt: [],
  },
  {
    alert: 'WayleaveDeliveriesStuck',
    when: 'the panel was away for long, and takes in a few minutes what had waited for it',
    series: {
      [`wayleave_panel_deliveries_oldest_seconds{${panel}}`]: '0+60x34 0x10',
      [`wayleave_panel_writable{${panel}}`]: '0x30 1x14',
    },
    quietAt: [30, 34, 40],
    firesAt: [],
  },
  {
    alert: 'WayleaveDeliveriesStuck',
    when: 'the panel is down, or only watched',
    series: {
      [`wayleave_panel_deliveries_oldest_seconds{${panel}}`]: '0+60x45',
      [`wayleave_panel_writable{${panel}}`]: '0x45',
    },
    quietAt: [20, 45],
    firesAt: [],
  },
  {
    alert: 'WayleaveRevocationsHeld',
    series: { [`wayleave_panel_revocations_held{${panel}}`]: '0x5 30x20 0x5' },
    quietAt: [5, 10, 27],
    firesAt: [11, 26],
  },
  {
    alert: 'WayleaveRevocationsStuck',
    series: {
      [`wayleave_panel_revocations_open{${panel}}`]: '0x5 2x70 0x5',
      [`wayleave_panel_revocations_held{${panel}}`]: '0x85',
      [`wayleave_panel_writable{${panel}}`]: '1x85',
    },
    quietAt: [5, 65, 77],
    firesAt: [66, 76],
  },
  {
    alert: 'WayleaveRevocationsStuck',
    when: 'they are held',
    series: {
      [`wayleave_panel_revocations_open{${panel}}`]: '30x85',
      [`wayleave_panel_revocations_held{${panel}}`]: '30x85',
      [`wayleave_panel_writable{${panel}}`]: '1x85',
    },
    quietAt: [66, 85],
    firesAt: [],
  },
  {
    alert: 'WayleaveSubscriptionsDown',
    series: { [builtAs('subscriptions')]: '1x5 stale _x20 1x5' },
    quietAt: [5, 6, 28],
    firesAt: [7, 25],
  },
  {
    alert: 'WayleaveSubscriptionsDown',
    when: 'of two replicas one is gone',
    series: {
      [builtAs('subscriptions')]: '1x5 stale',
      'wayleave_build_info{namespace="w", instance="b", command="subscriptions"}': '1x30',
    },
    quietAt: [8, 20],
    firesAt: [],
  },
  {
    alert: 'WayleaveSubscriptionErrors',
    series: {
      [`wayleave_sub_requests_total{${process}, outcome="unavailable", family="happ"}`]: '0x5 6+6x20 126x20',
      [`wayleave_sub_requests_total{${process}, outcome="active", family="happ"}`]: '0+60x45',
    },
    quietAt: [5, 10, 33],
    firesAt: [13, 26],
  },
  {
    alert: 'WayleaveSubscriptionsSlow',
    series: {
      [`wayleave_sub_request_duration_seconds_bucket{${process}, le="0.25"}`]: '0+90x30 2800+100x20',
      [`wayleave_sub_request_duration_seconds_bucket{${process}, le="0.5"}`]: '0+100x50',
      [`wayleave_sub_request_duration_seconds_bucket{${process}, le="+Inf"}`]: '0+100x50',
    },
    quietAt: [8, 43],
    firesAt: [13, 30],
  },
  {
    alert: 'WayleaveCacheStale',
    series: { [`wayleave_sub_cache_age_seconds{${process}}`]: '0x5 3500 3700x20 0x5' },
    quietAt: [6, 11, 28],
    firesAt: [12, 27],
  },
  {
    alert: 'WayleaveSnapshotFailing',
    series: { [`wayleave_sub_snapshot_failures_total{${process}}`]: '0+1x10 10x30' },
    quietAt: [3, 6, 27],
    firesAt: [12, 15],
  },
  {
    alert: 'WayleavePostgresDown',
    series: {
      [`wayleave_database_up{${process}}`]: '1x5 0x10 1x5',
      [builtAs('bot')]: '1x40',
    },
    quietAt: [5, 7, 17],
    firesAt: [8, 16],
  },
  {
    alert: 'WayleaveNoLeader',
    when: 'both replicas are there and none leads',
    series: {
      [`leader_election_master_status{${process}, name="wayleave-operator"}`]: '1x5 0x20 1x5',
      'leader_election_master_status{namespace="w", instance="b", name="wayleave-operator"}': '0x31',
    },
    quietAt: [5, 7, 27],
    firesAt: [8, 26],
  },
  {
    alert: 'WayleaveNoLeader',
    when: 'the other replica takes over within a minute',
    series: {
      [`leader_election_master_status{${process}, name="wayleave-operator"}`]: '1x5 stale',
      'leader_election_master_status{namespace="w", instance="b", name="wayleave-operator"}': '0x6 1x30',
    },
    quietAt: [6, 8, 20],
    firesAt: [],
  },
  {
    alert: 'WayleaveNoLeader',
    when: 'no operator is left, for half a day',
    series: { [`leader_election_master_status{${process}, name="wayleave-operator"}`]: '1x5 stale _x700' },
    quietAt: [5, 7],
    firesAt: [8, 300, 700],
  },
  {
    alert: 'WayleaveNoLeader',
    when: 'the bot was taken away on purpose, yesterday',
    series: {
      [`leader_election_master_status{${process}, name="wayleave-operator"}`]: '1x700',
      [`leader_election_master_status{${process}, name="wayleave-bot"}`]: '1x5 stale _x700',
    },
    quietAt: [5, 380, 700],
    firesAt: [8, 300],
  },
  {
    alert: 'WayleaveReconcileErrors',
    series: {
      [`controller_runtime_reconcile_errors_total{${process}, controller="vpnsubscription"}`]: '0+2x40 80x30',
      [`controller_runtime_reconcile_total{${process}, controller="vpnsubscription", result="error"}`]: '0+2x40 80x30',
      [`controller_runtime_reconcile_total{${process}, controller="vpnsubscription", result="success"}`]: '0+8x70',
    },
    quietAt: [5, 15, 50],
    firesAt: [18, 40],
  },
  {
    alert: 'WayleaveReconcilePanics',
    series: { [`controller_runtime_reconcile_panics_total{${process}, controller="vpnplan"}`]: '0x5 1x80' },
    quietAt: [5, 68],
    firesAt: [8, 60],
  },
  {
    alert: 'WayleaveApiServerUnreachable',
    series: {
      [`reflector_failures_total{${process}, name="VPNPanel"}`]: '0+3x20 60x30',
      [builtAs('operator')]: '1x60',
    },
    quietAt: [3, 10, 33],
    firesAt: [17, 22],
  },
  {
    alert: 'WayleaveEventLoopStalls',
    series: {
      [`wayleave_event_loop_stalls_total{${process}}`]: '0+1x15 15x30',
      [builtAs('operator')]: '1x60',
    },
    quietAt: [3, 7, 27],
    firesAt: [12, 18],
  },
];
