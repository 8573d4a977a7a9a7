import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Dashboard, Panel, Query } from '../../../scripts/dashboards/dashboard.ts';
import type { Prometheus, Series } from '../prometheus.ts';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepS: number;
}

interface DrawnSeries {
  readonly legend: string;
  readonly labels: readonly string[];
  readonly values: readonly (number | null)[];
}

/**
 * Draws a dashboard with what a Prometheus knows. Grafana cannot be had on a bare machine, so this stands in for it in
 * pictures: the same definitions and queries, other lines and letters (uPlot's).
 *
 * @returns a PNG
 */
export async function drawDashboard(
  page: Page,
  dashboard: Dashboard,
  prometheus: Prometheus,
  span: Span,
): Promise<Buffer> {
  const folder = path.join(import.meta.dirname, 'preview');
  const uPlot = path.dirname(fileURLToPath(import.meta.resolve('uplot')));
  const text = (file: string): Promise<string> => readFile(file, 'utf8');
  await page.setContent('<!doctype html><html lang="en"><head></head><body></body></html>');
  for (const style of [path.join(uPlot, 'uPlot.min.css'), path.join(folder, 'preview.css')])
    await page.addStyleTag({ content: await text(style) });
  for (const script of [path.join(uPlot, 'uPlot.iife.min.js'), path.join(folder, 'draw.mjs')])
    await page.addScriptTag({ content: await text(script) });
  const figures = await figuresOf(dashboard, prometheus, span);
  await page.evaluate(`drawDashboard(${JSON.stringify(figures)})`);
  return page.screenshot({ fullPage: true, animations: 'disabled' });
}

async function figuresOf({ title, description, rows }: Dashboard, prometheus: Prometheus, span: Span): Promise<object> {
  const drawn = rows.map(async (row) => ({
    title: row.title,
    panels: await Promise.all(row.panels.map((panel) => panelFigures(panel, prometheus, span))),
  }));
  return { title, description, rows: await Promise.all(drawn) };
}

async function panelFigures(panel: Panel, prometheus: Prometheus, span: Span): Promise<object> {
  const times: number[] = [];
  for (let at = span.fromMs; at <= span.toMs; at += span.stepS * 1000) times.push(at / 1000);
  const answers = panel.queries.map(async (query) => {
    const expr = query.expr.replaceAll('$__rate_interval', '1m').replaceAll('$namespace', '.+');
    return (await prometheus.range(expr, span)).map((series) => toDrawn(query, series, times));
  });
  const { title, kind, unit, width, alarm, stacked } = panel;
  return { title, kind, unit, width, alarm, stacked, times, series: (await Promise.all(answers)).flat() };
}

function toDrawn({ legend }: Query, { labels, points }: Series, times: readonly number[]): DrawnSeries {
  const known = new Map(points.map(([at, value]) => [Math.round(at), value]));
  return {
    legend: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => shortened(labels[label] ?? '')),
    labels: Object.values(labels),
    values: times.map((at) => {
      const value = known.get(Math.round(at));
      return value === undefined || !Number.isFinite(value) ? null : value;
    }),
  };
}

/** Namespaces of tests are long and say nothing. */
function shortened(value: string): string {
  return value.replace(/^[\w-]+\/(?=\w)/, '');
}
