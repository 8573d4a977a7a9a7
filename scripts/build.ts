import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildProduct, headOf } from './build/product.ts';

const HELP = `npm run build [-- <options>]

Writes what production runs: the command line without "up" as a bundle, the files that it reads, the licences of what is
in it, and a bill of materials. The same sources and packages give the same bytes.

  --commit <hash>   what "wayleave version" says; default: git's HEAD, with -dirty for changes that are in no commit
  --out <folder>    default: dist
`;

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    commit: { type: 'string' },
    out: { type: 'string', default: 'dist' },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const commit = values.commit ?? headOf(root).commit;
  await buildProduct({ root, folder: path.resolve(root, values.out), commit });
  console.log(`${values.out}: wayleave of commit ${commit}`);
}
