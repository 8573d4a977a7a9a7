import { maxBy, of, rateBy, type Dashboard } from './dashboard.ts';

export const money: Dashboard = {
  uid: 'wayleave-money',
  title: 'Wayleave / Money',
  description: 'Payments, what became of them, and what waits for whom. Amounts are in the ledger, not here.',
  rows: [
    {
      title: 'Payments',
      panels: [
        {
          title: 'Recorded, by what they are',
          kind: 'timeseries',
          unit: 'ops',
          width: 12,
          stacked: true,
          queries: [
            { expr: rateBy('provider, disposition', 'wayleave_charges_total'), legend: '{{provider}} {{disposition}}' },
          ],
        },
        {
          title: 'Payments today',
          kind: 'stat',
          unit: 'short',
          width: 6,
          queries: [
            {
              expr: `sum by (provider) (increase(wayleave_charges_total${of('disposition="granted"')}[24h]))`,
              legend: '{{provider}}',
            },
          ],
        },
        {
          title: 'Turned away before paying',
          description: '`unavailable`: because the database did not answer.',
          kind: 'timeseries',
          unit: 'ops',
          width: 6,
          queries: [{ expr: rateBy('reason', 'wayleave_checkouts_refused_total'), legend: '{{reason}}', quiet: true }],
        },
        {
          title: "Only the provider's books told",
          kind: 'timeseries',
          unit: 'ops',
          width: 12,
          queries: [
            {
              expr: rateBy('provider, finding', 'wayleave_reconciliation_findings_total'),
              legend: '{{provider}} {{finding}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'Refunds',
          kind: 'timeseries',
          unit: 'ops',
          width: 12,
          queries: [
            {
              expr: rateBy('provider, outcome', 'wayleave_refunds_total'),
              legend: '{{provider}} {{outcome}}',
              quiet: true,
            },
          ],
        },
      ],
    },
    {
      title: 'What waits',
      panels: [
        {
          title: 'For enough panels',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          alarm: { bad: 300 },
          queries: [{ expr: maxBy('shop', 'wayleave_paid_unprovisioned_seconds'), legend: '{{shop}}', quiet: true }],
        },
        {
          title: 'For the cluster, Telegram or the provider',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [{ expr: maxBy('topic', 'wayleave_outbox_oldest_seconds'), legend: '{{topic}}', quiet: true }],
        },
        {
          title: 'For a person',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            { expr: maxBy('shop, queue', 'wayleave_queue_oldest_seconds'), legend: '{{shop}} {{queue}}', quiet: true },
          ],
        },
      ],
    },
    {
      title: 'The shop',
      panels: [
        {
          title: 'Updates of Telegram',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            { expr: rateBy('kind, outcome', 'wayleave_telegram_updates_total'), legend: '{{kind}} {{outcome}}' },
          ],
        },
        {
          title: 'Calls that Telegram refused',
          description: '0: no answer.',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [{ expr: rateBy('code', 'wayleave_telegram_errors_total'), legend: '{{code}}', quiet: true }],
        },
        {
          title: 'Messages to customers',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            { expr: rateBy('kind, outcome', 'wayleave_notices_total'), legend: '{{kind}} {{outcome}}', quiet: true },
          ],
        },
        {
          title: 'Since each job last succeeded',
          kind: 'timeseries',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: `time() - (${maxBy('shop, task', 'wayleave_job_last_success_timestamp_seconds')} > 0)`,
              legend: '{{shop}} {{task}}',
            },
          ],
        },
        {
          title: 'Carried into the cluster',
          kind: 'timeseries',
          unit: 'ops',
          width: 6,
          queries: [{ expr: rateBy('outcome', 'wayleave_projections_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'Webhook deliveries not taken',
          kind: 'timeseries',
          unit: 'ops',
          width: 6,
          queries: [{ expr: rateBy('cause', 'wayleave_webhook_failures_total'), legend: '{{cause}}', quiet: true }],
        },
      ],
    },
  ],
};
