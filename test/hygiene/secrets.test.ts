import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findSecrets } from '../../scripts/secrets.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  execFileSync('git', ['init', '--quiet', root]);
  writeFileSync(path.join(root, 'a file [1].md'), 'nothing to see\n');
  writeFileSync(path.join(root, '.gitignore'), 'ignored/\n');
});
afterAll(() => rmSync(root, { recursive: true }));

function plant(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
  onTestFinished(() => rmSync(path.join(root, file)));
}

const letters = (count: number): string => randomBytes(count).toString('hex').slice(0, count);
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

// Put together here, so that this file holds none itself.
const PLANTED: Readonly<Record<string, string>> = {
  'a private key': pem.toString(),
  'a cloud access key': `AWS_SECRET_ACCESS_KEY = "${randomBytes(30).toString('base64').replaceAll(/[+/]/g, 'x')}"`,
  'a code host token': `ghp_${letters(36)}`,
  'a database password': `postgres://alice:${letters(16)}@db.example.test:5432/shop`,
  'a Telegram bot token': `token: 123456789:${['A', 'A'].join('')}${letters(33)}`,
  'a kubeconfig key': `client-key-data: ${randomBytes(60).toString('base64')}`,
};

describe('the secret scan', () => {
  it('is quiet about files without secrets', async () => {
    expect(await findSecrets(root)).toBe('');
  });

  it.each(Object.entries(PLANTED))('finds %s', async (_, secret) => {
    plant('deep/in/settings.txt', `${secret}\n`);
    const report = await findSecrets(root);
    expect(report).toContain('settings.txt');
    expect(report).not.toContain(secret);
  });

  it('leaves alone what git ignores', async () => {
    plant('ignored/settings.txt', pem.toString());
    expect(await findSecrets(root)).toBe('');
  });

  it('does not take a failing scan for a clean one', async () => {
    await expect(findSecrets(path.join(root, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
