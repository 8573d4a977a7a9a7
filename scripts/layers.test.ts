import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findBreaches, importsOf, refuseImport } from './layers.ts';

describe('the layers', () => {
  it.each([
    ['src/kube/client.ts', 'src/base/errors.ts'],
    ['src/kube/client.ts', 'src/kube/errors.ts'],
    ['src/panels/3x-ui/driver.ts', 'src/panels/driver.ts'],
    ['src/panels/driver.ts', 'src/formats/endpoint.ts'],
    ['src/controllers/panel/reconciler.ts', 'src/panels/driver.ts'],
    ['src/controllers/projection/reconciler.ts', 'src/ledger/fold.ts'],
    ['src/bot/screens.ts', 'src/payments/provider.ts'],
    ['src/main.ts', 'src/commands/program.ts'],
    ['src/commands/up/clusters.ts', 'test/support/control-plane.ts'],
    ['src/kube/queue.test.ts', 'test/support/manual-clock.ts'],
    ['test/integration/a.test.ts', 'src/store/index.ts'],
    ['scripts/generate.ts', 'src/api/index.ts'],
    ['src/commands/build.ts', 'package.json'],
  ])('let %s import %s', (file, imported) => {
    expect(refuseImport(file, imported)).toBeUndefined();
  });

  it.each([
    ['src/base/clock.ts', 'src/kube/index.ts'],
    ['src/kube/client.ts', 'src/api/index.ts'],
    ['src/api/index.ts', 'src/formats/endpoint.ts'],
    ['src/panels/driver.ts', 'src/kube/index.ts'],
    ['src/controllers/panel/reconciler.ts', 'src/panels/3x-ui/driver.ts'],
    ['src/controllers/panel/reconciler.ts', 'src/ledger/fold.ts'],
    ['src/bot/screens.ts', 'src/payments/stars/provider.ts'],
    ['src/subscriptions/routes.ts', 'src/kube/index.ts'],
    ['src/store/index.ts', 'src/commands/program.ts'],
    ['src/commands/operator.ts', 'test/support/postgres.ts'],
    ['src/kube-two/client.ts', 'src/kube/client.ts'],
  ])('do not let %s import %s', (file, imported) => {
    expect(refuseImport(file, imported)).toBeTypeOf('string');
  });

  it('see every form of import', () => {
    const source = `
      import { a } from './a.ts'; import type { b } from './b.ts';
      import './c.ts';
      export * from "./d.ts";
      export type { E,
        F } from './e.ts';
      const lazy = await import('./f.ts');`;
    expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
  });

  it('are checked file by file', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'layers-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    mkdirSync(path.join(root, 'src/kube'), { recursive: true });
    writeFileSync(
      path.join(root, 'src/kube/a.ts'),
      `import { x } from '../api/index.ts';\nimport { y } from './b.ts';\n`,
    );
    expect(findBreaches(root)).toMatchObject([{ file: 'src/kube/a.ts', imported: 'src/api/index.ts' }]);
  });
});
