import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { RuleGroup } from '../../scripts/alert-rules.ts';
import { SupportError } from './errors.ts';
import { startGuarded } from './guarded-process.ts';
import { freePort, withFreePorts } from './processes.ts';
import { awaitReady } from './readiness.ts';

export interface ScrapedProcess {
  /** The label `job`. */
  readonly name: string;
  readonly port: number;
}

export interface PrometheusOptions {
  /** The program. */
  readonly binary: string;
  readonly targets: readonly ScrapedProcess[];
  readonly groups: readonly RuleGroup[];
  /** Given to every series, as a cluster's discovery does. */
  readonly namespace: string;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds and value. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface FiringAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Prometheus {
  readonly url: string;
  /** What an expression says now. @throws SupportError when Prometheus refuses it */
  query(expr: string): Promise<readonly Sample[]>;
  /** What it said again and again in that time. */
  range(expr: string, span: { fromMs: number; toMs: number; stepS: number }): Promise<readonly Series[]>;
  /** Alerts that fire now; those that only wait for their time do not. */
  firing(): Promise<readonly FiringAlert[]>;
  stop(): Promise<void>;
}

/** A real Prometheus on the loopback that looks at everything every two seconds. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-prometheus-'));
  await writeFile(path.join(folder, 'rules.yaml'), stringify({ groups: options.groups }));
  await writeFile(path.join(folder, 'prometheus.yaml'), stringify(configOf(options)));
  try {
    return await withFreePorts(() => startIn(folder, options.binary));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function configOf({ targets, namespace }: PrometheusOptions): object {
  return {
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: targets.map(({ name, port }) => ({
      job_name: name,
      static_configs: [{ targets: [`127.0.0.1:${String(port)}`], labels: { namespace } }],
    })),
  };
}

async function startIn(folder: string, binary: string): Promise<Prometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const program = await startGuarded({
    file: binary,
    args: [
      `--config.file=${path.join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
    ],
    logFile: path.join(folder, 'prometheus.log'),
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const programs = new Map([['prometheus', program]]);
    const holds = async (): Promise<boolean> => (await fetch(`${url}/-/ready`)).ok;
    await awaitReady({ programs, what: 'ready', holds, timeoutMs: 60_000 });
  } catch (error) {
    await program.stop();
    throw error;
  }
  return {
    url,
    query: (expr) => query(url, expr),
    range: (expr, span) => range(url, expr, span),
    firing: () => firing(url),
    stop,
  };
}

interface Vector {
  readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
}

async function query(url: string, expr: string): Promise<readonly Sample[]> {
  const { result } = await ask<Vector>(`${url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
}

interface Matrix {
  readonly result: readonly {
    readonly metric: Record<string, string>;
    readonly values: readonly (readonly [number, string])[];
  }[];
}

async function range(
  url: string,
  expr: string,
  { fromMs, toMs, stepS }: { fromMs: number; toMs: number; stepS: number },
): Promise<readonly Series[]> {
  const [start, end] = [fromMs / 1000, toMs / 1000].map(String);
  const asked = new URLSearchParams({ query: expr, start: start ?? '', end: end ?? '', step: String(stepS) });
  const { result } = await ask<Matrix>(`${url}/api/v1/query_range?${asked.toString()}`);
  return result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const),
  }));
}

interface Alerts {
  readonly alerts: readonly {
    readonly state: 'pending' | 'firing';
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  }[];
}

async function firing(url: string): Promise<readonly FiringAlert[]> {
  const { alerts } = await ask<Alerts>(`${url}/api/v1/alerts`);
  return alerts
    .filter(({ state }) => state === 'firing')
    .map(({ labels, annotations }) => ({ name: labels['alertname'] ?? '', labels, annotations }));
}

async function ask<Data>(address: string): Promise<Data> {
  const answer = await fetch(address);
  const body = (await answer.json()) as { status: string; error?: string; data: Data };
  if (body.status === 'success') return body.data;
  throw new SupportError('PROGRAM_FAILED', `Prometheus refused ${address}: ${body.error ?? ''}`, { retry: 'never' });
}
