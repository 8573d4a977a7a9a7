import { of, quantile, rateBy, type Dashboard } from './dashboard.ts';

/** The command of a process beside its figures. */
const named = ' * on (namespace, instance) group_left (command) wayleave_build_info';
const controllers = 'controller=~"vpn.+"';

export const runtime: Dashboard = {
  uid: 'wayleave-runtime',
  title: 'Wayleave / Runtime',
  description: 'Controllers, queues and processes. Names are those of controller-runtime and client-go.',
  rows: [
    {
      title: 'Controllers',
      panels: [
        {
          title: 'Reconciliations',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            {
              expr: rateBy('controller, result', 'controller_runtime_reconcile_total', controllers),
              legend: '{{controller}} {{result}}',
            },
          ],
        },
        {
          title: 'How long 99 of 100 take',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: quantile(0.99, 'controller', 'controller_runtime_reconcile_time_seconds', controllers),
              legend: '{{controller}}',
            },
          ],
        },
        {
          title: 'Errors, defects and time-outs',
          kind: 'timeseries',
          unit: 'ops',
          width: 8,
          queries: [
            {
              expr: rateBy('controller', 'controller_runtime_reconcile_errors_total', controllers),
              legend: '{{controller}} errors',
              quiet: true,
            },
            {
              expr: rateBy('controller', 'controller_runtime_terminal_reconcile_errors_total', controllers),
              legend: '{{controller}} for good',
              quiet: true,
            },
            {
              expr: rateBy('controller', 'controller_runtime_reconcile_panics_total', controllers),
              legend: '{{controller}} defects',
              quiet: true,
            },
            {
              expr: rateBy('controller', 'controller_runtime_reconcile_timeouts_total', controllers),
              legend: '{{controller}} time-outs',
              quiet: true,
            },
          ],
        },
        {
          title: 'Waiting',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `sum by (controller, priority) (workqueue_depth${of(controllers)})`,
              legend: '{{controller}} {{priority}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'How long 99 of 100 wait',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: quantile(0.99, 'controller', 'workqueue_queue_duration_seconds', controllers),
              legend: '{{controller}}',
            },
          ],
        },
        {
          title: 'Longest at work',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: `max by (controller) (workqueue_longest_running_processor_seconds${of(controllers)})`,
              legend: '{{controller}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'Lists and watches of the API server',
          kind: 'timeseries',
          unit: 'ops',
          width: 12,
          queries: [
            {
              expr: rateBy('name', 'reflector_watches_total', 'name=~"VPN.+"'),
              legend: '{{name}} watches',
              quiet: true,
            },
            {
              expr: rateBy('name', 'reflector_failures_total', 'name=~"VPN.+"'),
              legend: '{{name}} failures',
              quiet: true,
            },
          ],
        },
        {
          title: 'Who leads',
          kind: 'timeseries',
          unit: 'bool',
          width: 12,
          queries: [
            {
              expr: `max by (name, instance) (leader_election_master_status${of('name=~"wayleave-.+"')})`,
              legend: '{{name}} {{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `sum by (command, instance) (rate(process_cpu_seconds_total${of()}[$__rate_interval])${named})`,
              legend: '{{command}} {{instance}}',
            },
          ],
        },
        {
          title: 'Resident memory',
          kind: 'timeseries',
          unit: 'bytes',
          width: 8,
          queries: [
            {
              expr: `sum by (command, instance) (process_resident_memory_bytes${of()}${named})`,
              legend: '{{command}} {{instance}}',
            },
          ],
        },
        {
          title: 'Event loop: 99 of 100 timers are late by',
          kind: 'timeseries',
          unit: 's',
          width: 8,
          queries: [
            {
              expr: `max by (command, instance) (nodejs_eventloop_lag_p99_seconds${of()}${named})`,
              legend: '{{command}} {{instance}}',
            },
          ],
        },
        {
          title: 'Stalls of a second or longer',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `sum by (command, instance) (increase(wayleave_event_loop_stalls_total${of()}[$__rate_interval])${named})`,
              legend: '{{command}} {{instance}}',
              quiet: true,
            },
          ],
        },
        {
          title: 'Open files',
          kind: 'timeseries',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `max by (command, instance) (process_open_fds${of()}${named})`,
              legend: '{{command}} {{instance}}',
            },
          ],
        },
        {
          title: 'Versions',
          kind: 'table',
          unit: 'short',
          width: 8,
          queries: [{ expr: `count by (command, version, node) (wayleave_build_info${of()})`, legend: '' }],
        },
      ],
    },
  ],
};
