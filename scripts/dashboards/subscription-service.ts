import { latencies, of, rateBy, type Dashboard } from './dashboard.ts';

export const subscriptionService: Dashboard = {
  uid: 'wayleave-subscriptions',
  title: 'Wayleave / Subscription service',
  description: 'What phones ask for and get.',
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'By how they ended',
          kind: 'timeseries',
          unit: 'reqps',
          width: 12,
          stacked: true,
          queries: [{ expr: rateBy('outcome', 'wayleave_sub_requests_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'By family of apps',
          kind: 'timeseries',
          unit: 'reqps',
          width: 12,
          stacked: true,
          queries: [{ expr: rateBy('family', 'wayleave_sub_requests_total'), legend: '{{family}}' }],
        },
        {
          title: 'How long they take',
          kind: 'timeseries',
          unit: 's',
          width: 12,
          alarm: { bad: 0.25 },
          queries: latencies('wayleave_sub_request_duration_seconds'),
        },
        {
          title: 'Errors',
          description: '`unavailable`: the database did not answer and the token is not in memory.',
          kind: 'timeseries',
          unit: 'percentunit',
          width: 6,
          alarm: { bad: 0.01 },
          queries: [
            {
              expr:
                `${rateBy('namespace', 'wayleave_sub_requests_total', 'outcome=~"error|unavailable"')} / ` +
                rateBy('namespace', 'wayleave_sub_requests_total'),
              legend: '{{namespace}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'Limited',
          kind: 'timeseries',
          unit: 'reqps',
          width: 6,
          queries: [
            {
              expr: rateBy('outcome', 'wayleave_sub_requests_total', 'outcome=~"limited_.+"'),
              legend: '{{outcome}}',
              quiet: true,
            },
          ],
        },
      ],
    },
    {
      title: 'Without the database',
      panels: [
        {
          title: 'Answers from memory that could not be checked',
          kind: 'timeseries',
          unit: 'reqps',
          width: 8,
          queries: [
            { expr: rateBy('namespace', 'wayleave_sub_stale_answers_total'), legend: '{{namespace}}', quiet: true },
          ],
        },
        {
          title: 'How old the latest of them was',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          alarm: { bad: 3600 },
          queries: [{ expr: `max(wayleave_sub_cache_age_seconds${of()})`, legend: 'age', quiet: true }],
        },
        {
          title: 'Failed readings',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [{ expr: rateBy('code', 'wayleave_sub_source_errors_total'), legend: '{{code}}', quiet: true }],
        },
        {
          title: 'In memory',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            { expr: `sum by (instance) (wayleave_sub_cache_entries${of()})`, legend: '{{instance}}' },
            { expr: `sum by (instance) (wayleave_sub_snapshot_documents${of()})`, legend: '{{instance}} on disk' },
          ],
        },
        {
          title: 'Since the last snapshot',
          description: 'Only of services that keep one.',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: `time() - (max by (instance) (wayleave_sub_snapshot_last_success_timestamp_seconds${of()}) > 0)`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Snapshots and batches that could not be written',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            {
              expr: rateBy('instance', 'wayleave_sub_snapshot_failures_total'),
              legend: '{{instance}} snapshots',
              quiet: true,
            },
            {
              expr: rateBy('instance', 'wayleave_sub_usage_write_failures_total'),
              legend: '{{instance}} usage',
              quiet: true,
            },
          ],
        },
      ],
    },
    {
      title: 'Apps and devices',
      panels: [
        {
          title: 'Answers that left servers out',
          description: 'The asking app cannot use them; `status.inbounds` of the panels says how to mend it.',
          kind: 'timeseries',
          unit: 'reqps',
          width: 12,
          queries: [
            {
              expr: rateBy('family, reason', 'wayleave_sub_locked_out_total'),
              legend: '{{family}} {{reason}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'Device limits',
          kind: 'timeseries',
          unit: 'reqps',
          width: 12,
          stacked: true,
          queries: [{ expr: rateBy('admission', 'wayleave_sub_devices_total'), legend: '{{admission}}' }],
        },
      ],
    },
  ],
};
