/* Runs in the browser, beside uPlot. Draws a dashboard from its definition and what Prometheus answered. */
/* global uPlot, document */

const colours = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#705da0',
  '#37872d',
  '#fa6400',
];
const heights = { timeseries: 236, stat: 96, table: 236 };

/** @param dashboard the figures as `preview.ts` hands them over */
globalThis.drawDashboard = (dashboard) => {
  document.body.replaceChildren(element('h1', dashboard.title), element('p', dashboard.description));
  for (const row of dashboard.rows) {
    document.body.append(element('h2', row.title));
    const grid = element('section', '');
    document.body.append(grid);
    for (const panel of row.panels) grid.append(drawPanel(panel));
  }
  // What a line looks like depends on how wide its box has become.
  for (const box of document.querySelectorAll('.plot')) box.draw();
};

function drawPanel(panel) {
  const card = element('article', '');
  card.style.gridColumn = `span ${panel.width}`;
  card.style.height = `${heights[panel.kind]}px`;
  card.append(element('h3', panel.title));
  card.append(panel.kind === 'timeseries' ? plot(panel) : panel.kind === 'stat' ? stats(panel) : table(panel));
  return card;
}

function plot(panel) {
  const box = element('div', '');
  box.className = 'plot';
  const shown = panel.series.filter(({ values }) => values.some((value) => value !== null)).slice(0, 10);
  box.draw = () => {
    const legend = element('ul', '');
    shown.forEach(({ legend: text }, index) => {
      const item = element('li', text);
      item.style.setProperty('--colour', colours[index % colours.length]);
      legend.append(item);
    });
    if (panel.series.length > shown.length)
      legend.append(element('li', `… ${panel.series.length - shown.length} at 0`));
    box.append(legend);
    const stacked = panel.stacked ? stack(shown) : shown.map(({ values }) => values);
    new uPlot(
      {
        width: box.clientWidth,
        height: heights.timeseries - 62 - legend.clientHeight,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 0) <= 0 ? 1 : high * 1.1] } },
        axes: [
          { stroke: '#9aa0ab', grid: { stroke: '#2c2f36' }, ticks: { show: false } },
          {
            stroke: '#9aa0ab',
            grid: { stroke: '#2c2f36' },
            ticks: { show: false },
            size: 64,
            values: (_, splits) => splits.map((value) => written(value, panel.unit)),
          },
        ],
        bands: panel.stacked ? shown.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
        series: [
          {},
          ...shown.map((_, index) => ({
            stroke: colours[index % colours.length],
            width: panel.stacked ? 0 : 1.5,
            ...(panel.stacked ? { fill: `${colours[index % colours.length]}b0` } : {}),
            points: { show: false },
          })),
        ],
      },
      [panel.times, ...stacked],
      box,
    );
  };
  return box;
}

/** Each on top of those before it. */
function stack(series) {
  const heap = [];
  return series.map(({ values }) =>
    values.map((value, at) => {
      heap[at] = (heap[at] ?? 0) + (value ?? 0);
      return heap[at];
    }),
  );
}

function stats(panel) {
  const box = element('div', '');
  box.className = 'stats';
  for (const { legend, values } of panel.series) {
    const value = values.findLast((one) => one !== null) ?? null;
    const item = element('div', '');
    item.append(element('strong', written(value, panel.unit)), element('small', legend));
    item.style.setProperty('--colour', colourOf(value, panel.alarm));
    box.append(item);
  }
  return box;
}

function table(panel) {
  const box = element('table', '');
  for (const { labels } of panel.series) {
    const row = element('tr', '');
    for (const text of labels) row.append(element('td', text));
    box.append(row);
  }
  return box;
}

function colourOf(value, alarm) {
  if (alarm === undefined || value === null) return '#d8d9da';
  const [green, orange, red] = ['#73bf69', '#ff9830', '#f2495c'];
  if (alarm.below) return value >= (alarm.warn ?? alarm.bad) ? green : value >= alarm.bad ? orange : red;
  return value >= alarm.bad ? red : value >= (alarm.warn ?? alarm.bad) ? orange : green;
}

function written(value, unit) {
  if (value === null || value === undefined) return '–';
  const short = (number) => String(Number(number.toPrecision(3)));
  switch (unit) {
    case 'bool':
      return value === 0 ? 'no' : value === 1 ? 'yes' : '';
    case 'percentunit':
      return `${short(value * 100)} %`;
    case 'bytes':
      return `${short(value / 2 ** 20)} MiB`;
    case 'dtdurations':
      return `${short(value / 86_400)} d`;
    case 's':
      return value !== 0 && Math.abs(value) < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`;
    case 'reqps':
      return `${short(value)}/s`;
    case 'ops':
      return `${short(value)}/s`;
    default:
      return short(value);
  }
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
