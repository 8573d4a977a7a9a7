import type { Act, History } from './acts.ts';

/** Leaves out of a history what its failure does not need, by trying. @param fails plays a history */
export async function shrink(history: History, fails: (shorter: History) => Promise<boolean>): Promise<History> {
  let current = history;
  for (let size = Math.ceil(current.acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < current.acts.length;) {
      const shorter = { ...current, acts: without(current.acts, from, size) };
      if (shorter.acts.length < current.acts.length && (await fails(shorter))) current = shorter;
      else from += size;
    }
  }
  return current;
}

function without(acts: readonly Act[], from: number, count: number): readonly Act[] {
  return [...acts.slice(0, from), ...acts.slice(from + count)];
}
