import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** Asks about the path itself, whether or not there is a file and whether or not it is tracked already. */
function isIgnored(file: string): boolean {
  const { status, stderr } = spawnSync('git', ['check-ignore', '--quiet', '--no-index', file], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`git check-ignore failed: ${stderr}`);
  return status === 0;
}

const KEPT_OUT: Readonly<Record<string, readonly string[]>> = {
  databases: [
    'shop.db',
    'data/x-ui.db',
    'x-ui.db-wal',
    'a.sqlite',
    'a.sqlite3',
    'a.sqlite3-journal',
    'pgdata/PG_VERSION',
    'backup.dump',
    'run/etcd/member/snap/db',
  ],
  environments: ['.env', '.env.local', '.env.production', 'deploy/.env'],
  keys: ['tls.key', 'ca.pem', 'certs/shop.p12', 'store.pfx', 'store.jks', 'id_rsa', 'id_ed25519', '.ssh/id_ecdsa'],
  kubeconfigs: ['kubeconfig', 'admin.kubeconfig', 'kubeconfig.yaml', 'kubeconfig-prod', '.kube/config'],
  caches: ['.cache/tools/etcd', '.vite/results.json', 'tsconfig.tsbuildinfo', 'node_modules/.vite/x'],
  builds: ['dist/main.js', 'build/main.js', 'wayleave-0.1.0.tgz', 'bin/kube-apiserver'],
  dependencies: ['node_modules/pg/package.json'],
  coverage: ['coverage/index.html'],
  'support bundles': ['wayleave-support-20260131T120000.tar.gz', 'docs/wayleave-support-x/doctor.txt'],
  'a local run': ['.wayleave/kubernetes/pki/ca.crt', '.wayleave/state.json'],
  logs: ['npm-debug.log', 'logs/operator.log'],
  'editor files': ['.DS_Store', '.idea/workspace.xml', 'src/main.ts~', 'src/.main.ts.swp'],
};

const KEPT: readonly string[] = [
  '.env.example',
  'LICENSE',
  'README.md',
  'package.json',
  'package-lock.json',
  '.gitignore',
  '.ci/run',
  '.npmrc',
  '.oxlintrc.json',
  'src/main.ts',
  'src/store/migrations/0001_first-light.sql',
  'src/api/schema/keys.ts',
  'src/base/log.ts',
  'src/kube/kubeconfig.ts',
  'crds/vpnpanels.wayleave.dev.yaml',
  'docs/architecture.md',
  'examples/panel.yaml',
  'test/support/tools/kubernetes/go.sum',
  'test/support/simulators/3x-ui/database.ts',
  'charts/wayleave/Chart.yaml',
  'deploy/operator.yaml',
  'scripts/bundle.ts',
];

describe('.gitignore', () => {
  it.each(Object.entries(KEPT_OUT).flatMap(([kind, files]) => files.map((file) => [kind, file] as const)))(
    'keeps out %s: %s',
    (_, file) => {
      expect(isIgnored(file)).toBe(true);
    },
  );

  it.each(KEPT)('keeps %s', (file) => {
    expect(isIgnored(file)).toBe(false);
  });
});
