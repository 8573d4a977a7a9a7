import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { chartFolder, openHelm, runProgram, type CommandResult, type Helm } from '../../support/helm.ts';
import { ensureTool } from '../../support/toolchain.ts';

const own = 'confined-secrets';
const tenant = 'confined-secrets-tenant';
const token = { type: 'kubernetes.io/service-account-token', of: 'default' } as const;

let helm: Helm;
let program: string;

function kubectl(args: readonly string[], input?: string): Promise<CommandResult> {
  return runProgram(program, args, { PATH: process.env['PATH'], KUBECONFIG: inject('kubeconfig') }, input);
}

/** Installs what the chart says of rights, and no pods. */
async function install(confineSecrets: boolean): Promise<void> {
  const shown = ['rights', 'rights-watched', ...(confineSecrets ? ['confined-secrets'] : [])];
  const values = {
    publicUrl: 'https://sub.example.com',
    database: { existingSecret: { name: 'database' } },
    rbac: { aggregate: false, confineSecrets },
  };
  const text = await helm.run(
    [
      'template',
      'wayleave',
      chartFolder,
      '--namespace',
      own,
      ...shown.flatMap((name) => ['--show-only', `templates/${name}.yaml`]),
    ],
    values,
  );
  const { code, stderr } = await kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], text);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/warning/i);
}

interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  /** The ServiceAccount whose token it is to hold. */
  readonly of?: string;
}

/** @returns what the API server says to an account of ours that makes a Secret, which is not kept */
function make(part: string, { namespace, name, type, of }: Wanted): Promise<CommandResult> {
  const annotations = of === undefined ? {} : { 'kubernetes.io/service-account.name': of };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, annotations }, type };
  const account = `system:serviceaccount:${own}:wayleave-${part}`;
  return kubectl(['create', '--dry-run=server', `--as=${account}`, '-f', '-'], stringify(secret));
}

beforeAll(async () => {
  helm = await openHelm();
  program = await ensureTool('kubectl');
  const namespaces = [own, tenant].map((name) =>
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  );
  expect(await kubectl(['apply', '-f', '-'], namespaces.join('---\n'))).toMatchObject({ code: 0 });
}, 300_000);
afterAll(async () => {
  const name = `${own}-wayleave-secrets`;
  await kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', name, '--ignore-not-found']);
  await kubectl(['delete', 'namespace', own, tenant, '--wait=false']);
  await helm.close();
});

describe('a part that somebody broke into', () => {
  it('could have the token of any ServiceAccount made if only roles stood in its way', async () => {
    await install(false);
    for (const [part, namespace] of [
      ['operator', tenant],
      ['bot', own],
    ] as const) {
      const { code, stderr } = await make(part, { namespace, name: 'stolen', ...token });
      expect(code, stderr).toBe(0);
    }
  });

  it.each([
    ['operator', { namespace: tenant, name: 'stolen', ...token }],
    ['operator', { namespace: own, name: 'wayleave-token-key', ...token }],
    ['operator', { namespace: tenant, name: 'wayleave-token-key', type: 'Opaque' }],
    ['operator', { namespace: tenant, name: 'tls', type: 'Opaque' }],
    ['bot', { namespace: own, name: 'stolen', ...token }],
    ['bot', { namespace: own, name: 'forged', type: 'wayleave.dev/panel-credentials' }],
  ])('makes no other Secret than ours: %s, %o', async (part, wanted) => {
    await install(true);
    // The API server takes its time to heed a new policy.
    await vi.waitFor(
      async () => {
        const { code, stderr } = await make(part, wanted);
        expect(code).not.toBe(0);
        expect(stderr).toMatch(/writes no Secrets but/);
      },
      { timeout: 30_000, interval: 250 },
    );
  });

  it.each([
    ['operator', { namespace: tenant, name: 'alice-connection', type: 'wayleave.dev/connection' }],
    ['operator', { namespace: own, name: 'wayleave-token-key', type: 'Opaque' }],
    ['bot', { namespace: own, name: 'wayleave-token-key', type: 'Opaque' }],
  ])('still makes what it is for: %s, %o', async (part, wanted) => {
    const { code, stderr } = await make(part, wanted);
    expect(code, stderr).toBe(0);
  });

  it('is the only one who is held', async () => {
    const secret = stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'any', namespace: tenant } });
    const { code, stderr } = await kubectl(['create', '--dry-run=server', '-f', '-'], secret);
    expect(code, stderr).toBe(0);
  });
});
