import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BundledPackage } from './packages.ts';

/**
 * What runs in production, as CycloneDX 1.6: the packages in the bundle with the checksums of the lock file, and Node.
 * `npm sbom` would name everything that is installed, of which the bundle has a part; and it says when it ran, so that no two
 * are the same.
 */
export function billOfMaterials(root: string, packages: readonly BundledPackage[], commit: string): string {
  const { name, version } = readJson(root, 'package.json') as { readonly name: string; readonly version: string };
  const lock = readJson(root, 'package-lock.json') as LockFile;
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/${name}@${version}`,
        name,
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        properties: [{ name: 'wayleave:commit', value: commit }],
      },
    },
    components: [nodeItself(), ...packages.map((one) => componentOf(one, root, lock))],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

function readJson(root: string, file: string): unknown {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

/** The Node that builds is the Node that runs: the image takes both from one place, and a test compares the versions. */
function nodeItself(): object {
  const { node } = process.versions;
  return {
    type: 'platform',
    'bom-ref': `pkg:generic/node@${node}`,
    name: 'node',
    version: node,
    purl: `pkg:generic/node@${node}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
  };
}

function componentOf({ name, version, license, folder }: BundledPackage, root: string, lock: LockFile): object {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const place = path.relative(root, folder).split(path.sep).join('/');
  const [algorithm, checksum] = (lock.packages[place]?.integrity ?? '').split('-');
  if (algorithm !== 'sha512' || checksum === undefined)
    throw new RangeError(`the lock file has no checksum of ${place}`);
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    licenses: /\s/.test(license) ? [{ expression: license }] : [{ license: { id: license } }],
    hashes: [{ alg: 'SHA-512', content: Buffer.from(checksum, 'base64').toString('hex') }],
  };
}
