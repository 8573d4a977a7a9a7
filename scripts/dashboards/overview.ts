import { latencies, maxBy, of, rateBy, type Dashboard } from './dashboard.ts';

export const overview: Dashboard = {
  uid: 'wayleave-overview',
  title: 'Wayleave / Overview',
  description: 'Does everybody who has paid have access, and does everything run that sees to it?',
  rows: [
    {
      title: 'Is somebody waiting?',
      panels: [
        {
          title: 'Oldest paid order without access',
          kind: 'stat',
          unit: 's',
          width: 6,
          alarm: { warn: 60, bad: 300 },
          queries: [{ expr: `max(wayleave_paid_unprovisioned_seconds${of()})`, legend: 'oldest', quiet: true }],
        },
        {
          title: 'Provisioned within 60 s',
          description: 'Of the orders of the last 24 hours. The objective is 99.9 %.',
          kind: 'stat',
          unit: 'percentunit',
          width: 6,
          alarm: { warn: 0.999, bad: 0.99, below: true },
          queries: [
            {
              expr:
                `sum(increase(wayleave_order_provisioning_seconds_bucket${of('le=~"60(\\\\.0)?"')}[24h])) / ` +
                `sum(increase(wayleave_order_provisioning_seconds_count${of()}[24h]))`,
              legend: 'in time',
            },
          ],
        },
        {
          title: 'Waits for a person',
          description: 'Receipts, second payments, and what else nobody may decide alone.',
          kind: 'stat',
          unit: 'short',
          width: 6,
          alarm: { warn: 1, bad: 20 },
          queries: [
            {
              expr: `sum(${maxBy('namespace, shop, queue', 'wayleave_queue_length')})`,
              legend: 'entries',
              quiet: true,
            },
          ],
        },
        {
          title: 'Alerts',
          kind: 'stat',
          unit: 'short',
          width: 6,
          alarm: { warn: 1, bad: 5 },
          queries: [
            {
              expr: `count(ALERTS${of('alertname=~"Wayleave.+"', 'alertstate="firing"')}) or vector(0)`,
              legend: 'firing',
              quiet: true,
            },
          ],
        },
        {
          title: 'From payment to access',
          kind: 'timeseries',
          unit: 's',
          width: 12,
          alarm: { bad: 60 },
          queries: latencies('wayleave_order_provisioning_seconds'),
        },
        {
          title: 'Subscriptions by state',
          kind: 'timeseries',
          unit: 'short',
          width: 12,
          stacked: true,
          queries: [{ expr: maxBy('state', 'wayleave_subscriptions'), legend: '{{state}}' }],
        },
      ],
    },
    {
      title: 'Does everything run?',
      panels: [
        {
          title: 'Processes',
          kind: 'stat',
          unit: 'short',
          width: 6,
          queries: [{ expr: `count by (command) (wayleave_build_info${of()})`, legend: '{{command}}' }],
        },
        {
          title: 'Somebody leads',
          kind: 'stat',
          unit: 'bool',
          width: 6,
          alarm: { bad: 1, below: true },
          queries: [
            { expr: maxBy('name', 'leader_election_master_status', 'name=~"wayleave-.+"'), legend: '{{name}}' },
          ],
        },
        {
          title: 'Panels that answer',
          kind: 'stat',
          unit: 'short',
          width: 6,
          queries: [
            { expr: `sum(${maxBy('panel', 'wayleave_panel_reachable')})`, legend: 'answer' },
            { expr: `count(${maxBy('panel', 'wayleave_panel_reachable')})`, legend: 'of' },
          ],
        },
        {
          title: 'Postgres answers',
          kind: 'stat',
          unit: 'bool',
          width: 6,
          alarm: { bad: 1, below: true },
          queries: [
            {
              expr:
                `min by (command) (wayleave_database_up${of()}` +
                ' * on (namespace, instance) group_left (command) wayleave_build_info)',
              legend: '{{command}}',
            },
          ],
        },
        {
          title: 'Requests for subscriptions',
          kind: 'timeseries',
          unit: 'reqps',
          width: 12,
          stacked: true,
          queries: [{ expr: rateBy('outcome', 'wayleave_sub_requests_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'Payments',
          kind: 'timeseries',
          unit: 'ops',
          width: 12,
          stacked: true,
          queries: [{ expr: rateBy('disposition', 'wayleave_charges_total'), legend: '{{disposition}}' }],
        },
      ],
    },
  ],
};
