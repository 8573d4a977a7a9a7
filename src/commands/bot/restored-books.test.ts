import { describe, expect, it } from 'vitest';
import type { Lease } from '../../kube/index.ts';
import { judgeBooks } from './restored-books.ts';

const noon = Date.parse('2026-11-30T12:00:00.123Z');

function lease(notes?: Record<string, string>): Lease {
  const metadata = { name: 'wayleave-shop-a.b', ...(notes === undefined ? {} : { annotations: notes }) };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
}

const seenAtNoon = lease({ 'wayleave.dev/books-until': '2026-11-30T12:00:00.123Z' });

describe('the books of a shop', () => {
  it.each([
    ['a shop that has sold nothing is new', undefined, { untilMs: noon, isEmpty: true }, undefined],
    ['the Lease of an older version says nothing', lease(), { untilMs: noon, isEmpty: false }, undefined],
    [
      'a note that is no instant says nothing',
      lease({ 'wayleave.dev/books-until': 'x' }),
      { untilMs: 1, isEmpty: false },
      undefined,
    ],
    ['books that go on are the same', seenAtNoon, { untilMs: noon, isEmpty: false }, undefined],
    [
      'books that end earlier were restored',
      seenAtNoon,
      { untilMs: noon - 1, isEmpty: false },
      'restored:2026-11-30T12:00:00.123Z',
    ],
    [
      'books that are gone were restored',
      seenAtNoon,
      { untilMs: undefined, isEmpty: true },
      'restored:2026-11-30T12:00:00.123Z',
    ],
    [
      'a cluster that never ran a shop with payments is new',
      undefined,
      { untilMs: noon, isEmpty: false },
      'new-cluster:u1',
    ],
  ])('%s', (_, seen, books, cause) => {
    expect(judgeBooks(seen, books, 'u1')?.cause).toBe(cause);
  });
});
