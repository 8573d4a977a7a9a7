import type { Dashboard, Panel, Query, Row } from './dashboard.ts';

/** Of the dashboard's model: what Grafana 10 writes, and every later one reads. */
const schemaVersion = 39;
const datasource = { type: 'prometheus', uid: '${datasource}' };
const columns = 24;
const heights = { timeseries: 8, stat: 4, table: 8 } as const;

/** The JSON that Grafana imports, or finds in a ConfigMap. The same definition gives the same text. */
export function grafanaJson(dashboard: Dashboard): string {
  const { uid, title, description, rows } = dashboard;
  const model = {
    uid,
    title,
    description,
    tags: ['wayleave'],
    schemaVersion,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: '',
    templating: { list: variables },
    annotations: { list: [alertsFiring] },
    links: [{ type: 'dashboards', title: 'Wayleave', tags: ['wayleave'], asDropdown: true, includeVars: true }],
    panels: laidOut(rows),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}

const variables = [
  { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus', current: {}, hide: 0 },
  {
    name: 'namespace',
    type: 'query',
    label: 'Namespace',
    datasource,
    query: { query: 'label_values(wayleave_build_info, namespace)', refId: 'namespaces' },
    refresh: 2,
    includeAll: true,
    allValue: '.+',
    multi: true,
    current: { text: 'All', value: '$__all' },
  },
];

const alertsFiring = {
  name: 'Alerts',
  datasource,
  enable: true,
  iconColor: 'red',
  expr: 'ALERTS{alertname=~"Wayleave.+", alertstate="firing", severity="page"}',
  titleFormat: '{{alertname}}',
  textFormat: '{{panel}} {{shop}}',
};

/** Puts panels beside each other until a line of 24 columns is full. */
function laidOut(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of row.panels) {
      if (x + panel.width > columns) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      const h = heights[panel.kind];
      panels.push({ id: panels.length + 1, ...toGrafana(panel), gridPos: { x, y, w: panel.width, h } });
      x += panel.width;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return panels;
}

function toGrafana(panel: Panel): object {
  const { title, description, kind, queries } = panel;
  return {
    type: kind,
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    targets: queries.map((query, index) => target(query, index, kind)),
    fieldConfig: { defaults: defaultsOf(panel), overrides: [] },
    options: optionsOf(panel),
  };
}

function target({ expr, legend }: Query, index: number, kind: Panel['kind']): object {
  const refId = String.fromCharCode('A'.charCodeAt(0) + index);
  const isNow = kind !== 'timeseries';
  return {
    refId,
    datasource,
    expr,
    legendFormat: legend,
    instant: isNow,
    range: !isNow,
    ...(kind === 'table' ? { format: 'table' } : {}),
  };
}

function defaultsOf({ unit, kind, alarm, stacked = false }: Panel): object {
  const isBool = unit === 'bool';
  return {
    unit: isBool ? 'short' : unit,
    ...(isBool ? { mappings: yesAndNo, max: 1 } : {}),
    min: 0,
    color: { mode: alarm === undefined ? 'palette-classic' : 'thresholds' },
    ...(alarm === undefined ? {} : { thresholds: { mode: 'absolute', steps: steps(alarm) } }),
    ...(kind === 'timeseries'
      ? { custom: lines(stacked, alarm !== undefined), color: { mode: 'palette-classic' } }
      : {}),
  };
}

const yesAndNo = [{ type: 'value', options: { 0: { text: 'no', color: 'red' }, 1: { text: 'yes', color: 'green' } } }];

function lines(stacked: boolean, withThresholds: boolean): object {
  return {
    drawStyle: 'line',
    // The line of a series at 0 would lie on top of the heap, in its own colour.
    lineWidth: stacked ? 0 : 1,
    fillOpacity: stacked ? 70 : 8,
    showPoints: 'never',
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: withThresholds ? 'line' : 'off' },
  };
}

function steps({ warn, bad, below = false }: NonNullable<Panel['alarm']>): object[] {
  if (below) {
    return [
      { color: 'red', value: null },
      ...(warn === undefined ? [] : [{ color: 'orange', value: bad }]),
      { color: 'green', value: warn ?? bad },
    ];
  }
  return [
    { color: 'green', value: null },
    ...(warn === undefined ? [] : [{ color: 'orange', value: warn }]),
    { color: 'red', value: bad },
  ];
}

function optionsOf({ kind, alarm }: Panel): object {
  switch (kind) {
    case 'timeseries':
      return {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
        tooltip: { mode: 'multi', sort: 'desc' },
      };
    case 'stat':
      return {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: alarm === undefined ? 'none' : 'value',
        graphMode: 'none',
        justifyMode: 'auto',
        textMode: 'auto',
      };
    case 'table':
      return { showHeader: true };
  }
}
