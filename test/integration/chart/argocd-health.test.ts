import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { panelReasons, planReasons, shopReasons, subscriptionReasons } from '../../../src/api/index.ts';
import { runProgram } from '../../support/helm.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { objectsOf } from './rendered.ts';

/** Scripts by kind. */
let scripts: ReadonlyMap<string, string>;
let lua: string;

beforeAll(async () => {
  lua = await ensureTool('lua');
  const file = path.resolve(import.meta.dirname, '../../../examples/gitops/argocd-health.yaml');
  const [config] = objectsOf(await readFile(file, 'utf8'));
  const data = (config as unknown as { data: Record<string, string> }).data;
  scripts = new Map(Object.entries(data).map(([key, script]) => [key.split('_').at(-1) ?? '', script]));
}, 300_000);

/** A value as Lua writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `[${JSON.stringify(key)}] = ${literal(one)}`)
    .join(', ')}}`;
}

/** What Argo CD would show, by its own interpreter. */
async function healthOf(kind: string, object: object): Promise<string> {
  const program = `obj = ${literal(object)}
    local health = (function()
      ${scripts.get(kind) ?? ''}
    end)()
    print(health.status .. ": " .. health.message)`;
  const { code, stdout, stderr } = await runProgram(lua, ['-e', program], {});
  expect(code, stderr + stdout).toBe(0);
  return stdout.trim();
}

const metadata = { generation: 3 };
const is = (type: string, status: string, reason: string, more: object = {}): object => ({
  metadata,
  spec: {},
  status: {
    conditions: [
      { type: 'Other', status: 'True', reason: 'Other' },
      { type, status, reason, message: 'm', ...more },
    ],
  },
});

const table: readonly (readonly [kind: string, expected: string, object: object])[] = [
  ['VPNPanel', 'Healthy: Ready: m', is('Ready', 'True', 'Ready', { observedGeneration: 3 })],
  ['VPNPanel', 'Progressing: Ready: m', is('Ready', 'True', 'Ready', { observedGeneration: 2 })],
  ['VPNPanel', 'Degraded: Unreachable: m', is('Ready', 'False', 'Unreachable')],
  ['VPNPanel', 'Suspended: Paused: m', is('Ready', 'False', 'Paused')],
  ['VPNPanel', 'Suspended: Observing: m', is('Ready', 'False', 'Observing')],
  ['VPNPanel', 'Progressing: Probing: m', is('Ready', 'Unknown', 'Probing')],
  ['VPNPanel', 'Progressing: not read yet', { metadata, spec: {} }],
  ['VPNPlan', 'Healthy: Sellable: m', is('Sellable', 'True', 'Sellable')],
  ['VPNPlan', 'Degraded: TooFewPanels: m', is('Sellable', 'False', 'TooFewPanels')],
  ['VPNPlan', 'Progressing: not judged yet', is('Ready', 'True', 'Ready')],
  ['VPNShop', 'Healthy: Ready: m', is('Ready', 'True', 'Ready')],
  ['VPNShop', 'Degraded: TokenMissing: m', is('Ready', 'False', 'TokenMissing')],
  ['VPNSubscription', 'Healthy: Ready: m', is('Ready', 'True', 'Ready')],
  ['VPNSubscription', 'Healthy: Expired: m', is('Ready', 'False', 'Expired')],
  ['VPNSubscription', 'Progressing: Ready: m', is('Ready', 'True', 'Ready', { observedGeneration: 2 })],
  ['VPNSubscription', 'Suspended: AccessDenied: m', is('Ready', 'False', 'AccessDenied')],
  ['VPNSubscription', 'Progressing: Provisioning: m', is('Ready', 'False', 'Provisioning')],
  ['VPNSubscription', 'Suspended: paused or suspended', { metadata, spec: { suspended: true } }],
];

it.each(table)('Argo CD shows a %s as %s', async (kind, expected, object) => {
  expect(await healthOf(kind, object)).toBe(expected);
});

const reasons: Readonly<Record<string, object>> = {
  VPNPanel: panelReasons,
  VPNPlan: planReasons,
  VPNShop: shopReasons,
  VPNSubscription: subscriptionReasons,
};

it('Argo CD and Flux are told of reasons that there are', async () => {
  for (const [kind, script] of scripts) {
    for (const [, reason = ''] of script.matchAll(/reason == "(\w+)"/g)) expect(reasons[kind]).toHaveProperty(reason);
  }
  const file = path.resolve(import.meta.dirname, '../../../examples/gitops/flux.yaml');
  const objects = objectsOf(await readFile(file, 'utf8'));
  const { spec } = objects.find(({ kind }) => kind === 'Kustomization') ?? {};
  const { healthCheckExprs } = spec as { healthCheckExprs: { kind: string; current: string }[] };
  expect(healthCheckExprs.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(reasons).toSorted());
  for (const { kind, current } of healthCheckExprs) {
    const named = /c\.reason in \[(.*?)\]/.exec(current)?.[1]?.matchAll(/'(\w+)'/g) ?? [];
    for (const [, reason = ''] of named) expect(reasons[kind]).toHaveProperty(reason);
  }
});

it('Argo CD is told of every kind', () => {
  expect([...scripts.keys()].toSorted()).toEqual(['VPNPanel', 'VPNPlan', 'VPNShop', 'VPNSubscription']);
});
