import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDownloadAddresses, missingPlatforms, readLockFile } from './lock-file.ts';

describe('the lock file', () => {
  it('names no download address', () => {
    const packages = {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { resolved: 'https://registry.test/b.tgz' },
    };
    expect(findDownloadAddresses({ packages })).toEqual(['node_modules/b']);
  });

  it('names the packages of every platform', () => {
    const optionalDependencies = {
      '@x/linux-x64-gnu': '1.2.3',
      '@x/darwin-arm64': '1.2.3',
      '@x/binding-linux-arm-musleabihf': '1.2.3',
      tiny: '^2.0.0',
    };
    const packages = {
      'node_modules/x': { version: '1.2.3', dev: true, optionalDependencies },
      'node_modules/@x/linux-x64-gnu': { version: '1.2.3', optional: true },
      'node_modules/x/node_modules/tiny': { version: '2.4.0' },
    };
    expect(missingPlatforms({ packages })).toEqual({
      'node_modules/@x/darwin-arm64': { version: '1.2.3', dev: true, os: ['darwin'], cpu: ['arm64'], optional: true },
      'node_modules/@x/binding-linux-arm-musleabihf': expect.objectContaining({
        os: ['linux'],
        cpu: ['arm'],
      }) as unknown,
    });
  });

  it('of this repository is complete and free of addresses', () => {
    const lock = readLockFile(path.resolve(import.meta.dirname, '../package-lock.json'));
    expect([findDownloadAddresses(lock), missingPlatforms(lock)]).toEqual([[], {}]);
  });
});
