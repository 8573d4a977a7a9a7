import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '..');
/** A command line has a length limit. */
const FILES_AT_ONCE = 500;

/**
 * Scans every file below `root` that git tracks or would add, and returns what was found, secrets masked; empty when
 * there is nothing.
 *
 * @throws Error when git cannot list the files or the scanner does not run: no answer is not "no secrets"
 */
export async function findSecrets(root: string): Promise<string> {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
  const reports: string[] = [];
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    reports.push(await scan(root, files.slice(at, at + FILES_AT_ONCE)));
  }
  return reports.filter((report) => report !== '').join('\n');
}

async function scan(root: string, files: readonly string[]): Promise<string> {
  const scanner = path.join(project, 'node_modules/secretlint/bin/secretlint.js');
  const config = path.join(project, '.secretlintrc.json');
  const args = [scanner, '--secretlintrc', config, '--no-glob', '--no-color', '--format', 'unix', ...files];
  try {
    await run(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    return '';
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    // 1 means findings; anything else, or silence, means that nothing was scanned.
    if (code !== 1 || stdout === undefined || stdout.trim() === '') throw error;
    return stdout.trim();
  }
}
