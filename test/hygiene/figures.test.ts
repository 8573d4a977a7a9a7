import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const docs = path.resolve(import.meta.dirname, '../../docs');
const named = /\[`([a-z0-9_]+)`\]\(benchmarks\.md/g;

/** Rows of tables, and everything else by paragraph. */
function passagesOf(markdown: string): readonly string[] {
  return markdown
    .split(/\n\s*\n/)
    .flatMap((block) => (block.startsWith('|') ? block.split('\n') : [block]))
    .filter((passage) => passage.trim() !== '');
}

/** What a passage that names a published figure must say of it. */
function quotesOf(page: string): readonly { readonly name: string; readonly passage: string }[] {
  return passagesOf(readFileSync(path.join(docs, page), 'utf8')).flatMap((passage) =>
    [...passage.matchAll(named)].map(([, name = '']) => ({ name, passage })),
  );
}

it('pages that name a published figure quote it as it was last measured', () => {
  const text = readFileSync(path.join(docs, 'benchmarks.json'), 'utf8');
  const published = JSON.parse(text) as Record<string, { readonly value?: number }>;
  const pages = readdirSync(docs).filter((page) => page.endsWith('.md') && page !== 'benchmarks.md');
  const quotes = pages.flatMap((page) => quotesOf(page).map((quote) => ({ ...quote, page })));
  const outdated = quotes.flatMap(({ page, name, passage }) => {
    const value = published[name]?.value?.toLocaleString('en-US');
    return value !== undefined && passage.includes(value) ? [] : [`docs/${page}: ${name} is ${String(value)}`];
  });
  expect(quotes.length).toBeGreaterThan(10);
  expect(outdated).toEqual([]);
});
