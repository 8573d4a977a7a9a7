import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BundledPackage } from './packages.ts';

const licenceFile = /^(licen[cs]e|copying|notice)/i;
const line = '='.repeat(100);

/** The licences and notices of what is in the bundle, which its copies have to carry along. */
export function licencesText(packages: readonly BundledPackage[]): string {
  return packages.map((one) => `${line}\n${one.name} ${one.version} (${one.license})\n\n${textsOf(one)}\n`).join('\n');
}

function textsOf({ folder }: BundledPackage): string {
  const files = readdirSync(folder).filter((name) => licenceFile.test(name));
  const texts = files.toSorted().map((name) => readFileSync(path.join(folder, name), 'utf8').trim());
  return texts.length === 0 ? 'The package has no text of its licence.' : texts.join('\n\n');
}
