import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from './links.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Markdown files below `folder` that git tracks or would add. */
async function pagesOf(folder: string): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: folder });
  return [...new Set(stdout.split('\0'))].filter((file) => file !== '' && existsSync(path.join(folder, file)));
}

/** What is wrong with the links of a page, one sentence each. */
async function brokenLinks(folder: string, page: string): Promise<readonly string[]> {
  const text = await readFile(path.join(folder, page), 'utf8');
  const complaints: string[] = [];
  for (const { line, target } of linksOf(text)) {
    const problem = await problemOf(folder, page, target);
    if (problem !== undefined) complaints.push(`${page}:${String(line)} links to ${target}, ${problem}`);
  }
  return complaints;
}

async function problemOf(folder: string, page: string, target: string): Promise<string | undefined> {
  const [place = '', anchor] = target.split('#');
  if (place.startsWith('/')) return 'which is not relative';
  const file = place === '' ? path.join(folder, page) : path.join(folder, path.dirname(page), decodeURI(place));
  if (path.relative(folder, file).startsWith('..')) return 'which is outside of the repository';
  if (!existsSync(file)) return 'which does not exist';
  if (anchor === undefined) return undefined;
  if (!file.endsWith('.md') || statSync(file).isDirectory()) return 'which has no headings';
  const anchors = anchorsOf(await readFile(file, 'utf8'));
  return anchors.has(decodeURIComponent(anchor)) ? undefined : 'a heading that is not there';
}

describe('the pages of this repository', () => {
  it('link only to files and headings that exist', async () => {
    const pages = await pagesOf(root);
    expect(pages).toContain('docs/README.md');
    const complaints = await Promise.all(pages.map((page) => brokenLinks(root, page)));
    expect(complaints.flat()).toEqual([]);
  });
});

describe('the check of links', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'links-'));
    await promisify(execFile)('git', ['init', '--quiet', folder]);
    await mkdir(path.join(folder, 'docs'));
    await writeFile(path.join(folder, 'notes.txt'), '');
    await writeFile(path.join(folder, 'docs/other.md'), '# Twice\n\n## Twice\n\n## What `/sub` says, and why\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const check = async (text: string): Promise<readonly string[]> => {
    await writeFile(path.join(folder, 'docs/page.md'), text);
    return brokenLinks(folder, 'docs/page.md');
  };

  it.each([
    ['a file', '[a](../notes.txt)'],
    ['a folder', '[a](../docs/)'],
    ['a page with a title', '[a](other.md "the other")'],
    ['a heading', '[a](other.md#what-sub-says-and-why)'],
    ['a repeated heading', '[a](other.md#twice-1)'],
    ['a heading of its own', '# Here\n\n[a](#here)'],
    ['an HTML anchor', '<a id="there"></a>\n\n[a](#there)'],
    ['an address elsewhere', '[a](https://example.com/x#y) <mailto:a@example.com>'],
    ['a link in code', '`[a](nothing.md)`\n\n```\n[a](nothing.md)\n```'],
  ])('is content with %s', async (_case, text) => {
    expect(await check(text)).toEqual([]);
  });

  it.each([
    ['a file that is not there', '[a](nothing.md)', 'which does not exist'],
    ['an image that is not there', '![a](nothing.png)', 'which does not exist'],
    ['a reference that is not there', '[a][b]\n\n[b]: nothing.md', 'which does not exist'],
    ['an HTML link that is not there', '<a href="nothing.md">a</a>', 'which does not exist'],
    ['a second link on a line', '[a](other.md) and [b](nothing.md)', 'which does not exist'],
    ['a heading that is not there', '[a](other.md#thrice)', 'a heading that is not there'],
    ['a heading too many', '[a](other.md#twice-2)', 'a heading that is not there'],
    ['a heading in code', '```\n# Here\n```\n\n[a](#here)', 'a heading that is not there'],
    ['a heading of a text', '[a](../notes.txt#here)', 'which has no headings'],
    ['an absolute path', '[a](/docs/other.md)', 'which is not relative'],
    ['a file outside', '[a](../../x.md)', 'which is outside of the repository'],
  ])('names %s, with its line', async (_case, text, problem) => {
    const [complaint = 'nothing', ...more] = await check(text);
    expect(complaint).toMatch(/^docs\/page\.md:\d+ links to /);
    expect(complaint).toContain(problem);
    expect(more).toEqual([]);
  });
});
