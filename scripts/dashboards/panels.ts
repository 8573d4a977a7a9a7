import { maxBy, of, quantile, rateBy, type Dashboard, type Panel } from './dashboard.ts';

/** A yes or no of each panel, as only the leader knows it. */
function yesOrNo(title: string, metric: string): Panel {
  return {
    title,
    kind: 'stat',
    unit: 'bool',
    width: 6,
    alarm: { bad: 1, below: true },
    queries: [{ expr: maxBy('panel', metric), legend: '{{panel}}' }],
  };
}

export const panels: Dashboard = {
  uid: 'wayleave-panels',
  title: 'Wayleave / Panels',
  description: 'What the leading operator knows of each panel.',
  rows: [
    {
      title: 'Now',
      panels: [
        yesOrNo('Answers', 'wayleave_panel_reachable'),
        yesOrNo('Supported', 'wayleave_panel_supported'),
        yesOrNo('Xray runs', 'wayleave_panel_core_running'),
        {
          title: 'Certificate lasts',
          kind: 'stat',
          unit: 'dtdurations',
          width: 6,
          alarm: { warn: 14 * 86_400, bad: 3 * 86_400, below: true },
          queries: [
            {
              expr: `${maxBy('panel', 'wayleave_panel_certificate_expiry_timestamp_seconds')} - time()`,
              legend: '{{panel}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Clients',
      panels: [
        {
          title: 'Clients',
          description: 'Ours, those of others, and those with our mark that nobody here has asked for.',
          kind: 'timeseries',
          unit: 'short',
          width: 12,
          queries: [{ expr: maxBy('panel, kind', 'wayleave_panel_clients'), legend: '{{panel}} {{kind}}' }],
        },
        {
          title: 'Not as desired yet',
          kind: 'timeseries',
          unit: 'short',
          width: 12,
          queries: [
            { expr: maxBy('panel', 'wayleave_panel_deliveries_pending'), legend: '{{panel}} deliveries', quiet: true },
            { expr: maxBy('panel', 'wayleave_panel_revocations_open'), legend: '{{panel}} removals', quiet: true },
            {
              expr: maxBy('panel', 'wayleave_panel_revocations_held'),
              legend: '{{panel}} wait for a person',
              quiet: true,
            },
          ],
        },
        {
          title: 'Drift found and repaired',
          description: 'Clients that somebody else changed. What is found and not repaired is told by deliveries.',
          kind: 'timeseries',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (panel) (increase(wayleave_panel_drift_total${of()}[$__rate_interval]))`,
              legend: '{{panel}} found',
              quiet: true,
            },
            {
              expr: `sum by (panel) (increase(wayleave_panel_drift_repaired_total${of()}[$__rate_interval]))`,
              legend: '{{panel}} repaired',
              quiet: true,
            },
          ],
        },
        {
          title: 'May be written to',
          kind: 'timeseries',
          unit: 'bool',
          width: 12,
          queries: [{ expr: maxBy('panel', 'wayleave_panel_writable'), legend: '{{panel}}' }],
        },
      ],
    },
    {
      title: 'Calls',
      panels: [
        {
          title: 'How long they take: half of them',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: quantile(0.5, 'panel, call', 'wayleave_panel_call_duration_seconds'),
              legend: '{{panel}} {{call}}',
            },
          ],
        },
        {
          title: '99 of 100',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: quantile(0.99, 'panel, call', 'wayleave_panel_call_duration_seconds'),
              legend: '{{panel}} {{call}}',
            },
          ],
        },
        {
          title: 'Failures',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            {
              expr: rateBy('panel, code', 'wayleave_panel_call_failures_total'),
              legend: '{{panel}} {{code}}',
              quiet: true,
            },
          ],
        },
      ],
    },
  ],
};
