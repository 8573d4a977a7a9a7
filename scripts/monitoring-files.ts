import { alertsPage } from './alerts-page.ts';
import type { GeneratedFile } from './chart/chart-files.ts';
import { grafanaJson } from './dashboards/grafana.ts';
import { dashboards } from './dashboards/index.ts';

/** A folder of generated files only. */
export const DASHBOARDS = 'charts/wayleave/files/dashboards';

/** The dashboards that the chart takes, and the page about its alerts. @param noteOn the sentence about where a file comes from */
export function monitoringFiles(noteOn: (source: string) => string): readonly GeneratedFile[] {
  const alerts = 'charts/wayleave/files/alerts';
  return [
    ...dashboards.map((dashboard) => ({
      path: `${DASHBOARDS}/${dashboard.uid}.json`,
      source: 'scripts/dashboards',
      text: grafanaJson(dashboard),
    })),
    { path: 'docs/alerts.md', source: alerts, text: `<!-- ${noteOn(alerts)} -->\n\n${alertsPage()}\n` },
  ];
}
