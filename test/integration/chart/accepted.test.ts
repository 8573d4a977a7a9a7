import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { applyForeignDefinitions } from '../../support/foreign-definitions.ts';
import { openHelm, runProgram, type CommandResult, type Helm } from '../../support/helm.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { cases } from './cases.ts';
import { release, renderText } from './rendered.ts';

/** The namespaces into which the cases put something, held to Pod Security's strictest level. */
const namespaces = [release.namespace, 'shop-a', '12'];
const restricted = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

let helm: Helm;
let kubectl: string;

beforeAll(async () => {
  helm = await openHelm();
  kubectl = await ensureTool('kubectl');
  await applyForeignDefinitions(inject('kubeconfig'));
  const objects = namespaces.map((name) =>
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: restricted } }),
  );
  const { code, stderr } = await apply(objects.join('---\n'), []);
  expect(code, stderr).toBe(0);
}, 300_000);
afterAll(() => helm.close());

function apply(
  text: string,
  more: readonly string[] = ['--dry-run=server', '--validate=strict', '--force-conflicts'],
): Promise<CommandResult> {
  const env = { PATH: process.env['PATH'], KUBECONFIG: inject('kubeconfig') };
  return runProgram(kubectl, ['apply', '--server-side', ...more, '-f', '-'], env, text);
}

it.each(Object.keys(cases))('the API server accepts all of it, and warns of nothing: %s', async (name) => {
  const text = await renderText(helm, cases[name]?.values ?? {});
  const { code, stderr } = await apply(text);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/warning/i);
});

it('the API server would have refused what is wrong', async () => {
  const text = await renderText(helm, cases['smallest']?.values ?? {});
  const misspelt = await apply(text.replace('terminationGracePeriodSeconds', 'terminationGracePeriod'));
  expect(misspelt.stderr).toMatch(/unknown field|field not declared/);
  const privileged = await apply(text.replaceAll('allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'));
  expect(privileged.stderr).toMatch(/would violate PodSecurity "restricted/);
});
