import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../src/commands/command.ts';
import { bot } from '../../../src/commands/bot.ts';
import { refuseUnknownVariables } from '../../../src/commands/environment.ts';
import { migrate } from '../../../src/commands/migrate.ts';
import { operator } from '../../../src/commands/operator.ts';
import { readOptions } from '../../../src/commands/option.ts';
import { subscriptions } from '../../../src/commands/subscriptions.ts';
import { chartFolder, openHelm, type Helm } from '../../support/helm.ts';
import { expand } from '../../support/kubelet/environment.ts';
import type { Container } from '../../support/kubelet/objects.ts';
import { cases } from './cases.ts';
import { objectsOf, podsOf, release, renderText, withoutRandomness, type Rendered } from './rendered.ts';

const commands: Readonly<Record<string, Command>> = { migrate, operator, bot, subscriptions };
const names = Object.keys(cases);

let helm: Helm;
const rendered = new Map<string, readonly Rendered[]>();
const of = (name: string): readonly Rendered[] => rendered.get(name) ?? [];

beforeAll(async () => {
  helm = await openHelm();
  for (const [name, { values }] of Object.entries(cases)) {
    rendered.set(name, objectsOf(await renderText(helm, values)));
  }
}, 300_000);
afterAll(() => helm.close());

/** Variables as a process would get them; what comes from a Secret has the form of what must be there. */
function environmentOf({ env = [] }: Container): Record<string, string> {
  const secrets: Readonly<Record<string, string>> = {
    DATABASE_URL: 'postgres://user:password@host/wayleave',
    DATABASE_DIRECT_URL: 'postgres://user:password@host/wayleave',
    WAYLEAVE_SNAPSHOT_KEY: Buffer.alloc(32).toString('base64'),
  };
  const known: Record<string, string> = {};
  for (const { name, value, valueFrom } of env) {
    known[name] =
      valueFrom?.fieldRef === undefined ? expand(value ?? secrets[name] ?? 'secret', known) : 'wayleave-system';
  }
  return known;
}

/** The lists of ports of a part's rules of egress, as JSON. */
function egressOf(objects: readonly Rendered[], part: string): readonly string[] {
  const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith(`-${part}`));
  const { egress = [] } = (policy?.spec ?? {}) as { readonly egress?: readonly { readonly ports?: unknown }[] };
  return egress.map(({ ports }) => JSON.stringify(ports));
}

describe('the chart', () => {
  it.each(names)('has nothing that helm would find fault with: %s', async (name) => {
    const { values } = cases[name] ?? { values: {} };
    const { code, stdout, stderr } = await helm.tries(['lint', chartFolder, '--strict'], values);
    expect(code, stdout + stderr).toBe(0);
  });

  it.each(names.filter((name) => cases[name]?.golden))('renders what was reviewed: %s', async (name) => {
    const { values } = cases[name] ?? { values: {} };
    // The definitions are reviewed in crds/; alerts and dashboards where they are.
    const text = await renderText(helm, {
      ...values,
      crds: { enabled: false },
      monitoring: { ...(values['monitoring'] as object), rules: {}, dashboards: {} },
    });
    const file = path.join(import.meta.dirname, 'golden', `${name.replaceAll(/[^a-z]+/gi, '-')}.yaml`);
    await expect(withoutRandomness(text)).toMatchFileSnapshot(file);
  });

  it.each(names)('gives every process settings that it takes: %s', (name) => {
    const pods = [...podsOf(of(name))].filter(([part]) => part !== 'postgres');
    expect(pods.length).toBeGreaterThan(0);
    for (const [, { spec }] of pods) {
      for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
        const command = commands[container.args?.[0] ?? ''];
        if (command === undefined) throw new Error(`there is no command ${String(container.args)}`);
        const env = environmentOf(container);
        const variables = Object.values(command.options).map(({ variable = '' }) => variable);
        expect(() => refuseUnknownVariables(env, new Set(variables))).not.toThrow();
        expect(() => readOptions(command.options, {}, env)).not.toThrow();
      }
    }
  });

  it.each(names)('mounts what it declares, and declares what it mounts: %s', (name) => {
    for (const { spec } of podsOf(of(name)).values()) {
      const mounted = [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map((mount) => mount.name),
      );
      const declared = (spec.volumes ?? []).map((volume) => volume.name);
      const claimed = mounted.includes('data') && !declared.includes('data') ? ['data'] : [];
      expect(new Set(mounted)).toEqual(new Set([...declared, ...claimed]));
    }
  });

  it.each(names)('gives names and labels by which its things are found and told apart: %s', (name) => {
    const seen = new Set<string>();
    for (const { kind, metadata } of of(name)) {
      expect(metadata.labels, metadata.name).toMatchObject({
        'app.kubernetes.io/instance': release.name,
        'app.kubernetes.io/name': 'wayleave',
      });
      const id = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
      expect(seen).not.toContain(id);
      seen.add(id);
    }
  });

  it.each(names)('lets the subscription service have no rights and no token: %s', (name) => {
    const pod = podsOf(of(name)).get('subscriptions');
    if (pod === undefined) {
      expect(cases[name]?.values).toMatchObject({ subscriptions: { enabled: false } });
      return;
    }
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    const bound = of(name)
      .filter(({ kind }) => kind.endsWith('RoleBinding'))
      .flatMap((binding) => (binding as unknown as { subjects: { name: string }[] }).subjects);
    expect(bound.map((subject) => subject.name)).not.toContain(pod.spec.serviceAccountName);
  });

  it.each([
    ['smallest', undefined],
    ['traces for a collector outside', 443],
    ['everything', 4318],
  ])('lets the bot alone reach the collector of traces, at its port: %s', (name, port) => {
    for (const part of ['operator', 'bot', 'subscriptions']) {
      const [container] = podsOf(of(name)).get(part)?.spec.containers ?? [];
      const told = (container?.env ?? []).some((variable) => variable.name === 'OTEL_EXPORTER_OTLP_ENDPOINT');
      const ports = part === 'bot' && port !== undefined ? [JSON.stringify([{ port }])] : [];
      expect(told, part).toBe(ports.length > 0);
      // The rule comes after those that there are without a collector.
      expect(egressOf(of(name), part).slice(egressOf(of('smallest'), part).length), part).toEqual(ports);
    }
  });

  it('keeps the definitions when it goes, unless told otherwise', () => {
    const kept = (name: string): readonly unknown[] =>
      of(name)
        .filter(({ kind }) => kind === 'CustomResourceDefinition')
        .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']);
    expect(kept('smallest')).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(kept('for evaluation, without a volume')).toEqual([undefined, undefined, undefined, undefined]);
    expect(kept('nothing that can be left out')).toEqual([]);
  });

  it('has no alert that tells of a part which is left out', () => {
    const alerts = (name: string): readonly unknown[] =>
      of(name)
        .filter(({ kind }) => kind === 'PrometheusRule')
        .flatMap(({ spec }) => (spec as { groups: { rules: { alert?: string }[] }[] }).groups)
        .flatMap(({ rules }) => rules.flatMap(({ alert = [] }) => alert));
    expect(alerts('everything')).toContain('WayleaveSubscriptionsDown');
    expect(alerts('only the operator')).toContain('WayleaveNoLeader');
    expect(alerts('only the operator')).not.toContain('WayleaveSubscriptionsDown');
  });

  it('never holds the token key: nothing that happens to the release may touch it', () => {
    for (const objects of rendered.values()) {
      const secrets = objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
      expect(secrets).not.toContain('wayleave-token-key');
    }
  });
});
