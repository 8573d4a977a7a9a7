import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

const trace = `
  import { registerHooks } from 'node:module';
  const seen = [];
  registerHooks({ resolve: (specifier, context, next) => { seen.push(specifier); return next(specifier, context); } });
  await import(process.argv[1]);
  console.log(JSON.stringify(seen));
`;

async function importsOf(file: string): Promise<readonly string[]> {
  const { href } = new URL(file, import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', trace, href]);
  return JSON.parse(stdout) as string[];
}

// 131 ms and 23 MB that no command of ours has a use for.
it('does not load TypeBox for those who only use the types', async () => {
  const imports = await importsOf('index.ts');
  expect(imports).toContain('./resources.ts');
  expect(imports).not.toContain('typebox');
  // The same trace does see it where it is loaded.
  expect(await importsOf('schema/panel.ts')).toContain('typebox');
});
