import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { missingPlatforms, readLockFile } from './lock-file.ts';

// Run it after `npm install` of something new; `npm run check` says when.
const file = path.resolve(import.meta.dirname, '../package-lock.json');
const lock = readLockFile(file);
const missing = missingPlatforms(lock);
// npm keeps places in this order, and the next `npm install` should change nothing.
const packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
console.log(`added ${Object.keys(missing).length} packages of other platforms`);
