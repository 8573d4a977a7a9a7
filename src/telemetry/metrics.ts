import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface BuildInfo {
  readonly version: string;
  /** The command that runs: `operator`, `subscriptions`, … */
  readonly command: string;
}

/** A registry of its own (prom-client's default one is global) with the process's and Node's metrics and the build. */
export function createMetrics({ version, command }: BuildInfo): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'wayleave_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'command', 'node'],
    registers: [registry],
  }).set({ version, command, node: process.versions.node }, 1);
  return registry;
}
