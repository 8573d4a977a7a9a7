import path from 'node:path';
import { parseArgs } from 'node:util';
import { archiveImage, buildImage } from '../test/support/image/build-image.ts';
import { buildProduct, headOf } from './build/product.ts';

const HELP = `npm run image [-- <options>]

Builds the image from the Dockerfile on a machine without a container engine, on this machine's own C library instead of
the distroless base: to try it, to test it, to load it into a cluster on this machine. For production build with Docker,
Podman or BuildKit: docs/operations/image.md.

  --out <folder>      takes the OCI layout; default: build/image
  --archive <file>    also as one file, for "ctr images import", "podman load", "skopeo copy oci-archive:…"
  --reference <name>  what to call it; default: wayleave:dev
  --commit <hash>     what "wayleave version" says; default: git's HEAD, with -dirty for changes that are in no commit
  --seconds <time>    SOURCE_DATE_EPOCH, the time of everything in it; default: that of the commit
`;

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    out: { type: 'string', default: 'build/image' },
    archive: { type: 'string' },
    reference: { type: 'string', default: 'wayleave:dev' },
    commit: { type: 'string' },
    seconds: { type: 'string' },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const commit = values.commit ?? headOf(root).commit;
  const seconds = Number(values.seconds ?? headOf(root).seconds);
  const bundle = path.join(root, 'dist');
  await buildProduct({ root, folder: bundle, commit });
  const { reference } = values;
  const folder = path.resolve(root, values.out);
  const image = await buildImage({ root, bundle, folder, reference, commit, seconds });
  if (values.archive !== undefined) await archiveImage(image, path.resolve(values.archive));
  console.log(`${reference} ${image.digest} ${(image.size / 1024 ** 2).toFixed(1)} MiB in ${values.out}`);
}
