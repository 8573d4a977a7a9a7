import { GROUP_VERSION } from '../../../../src/api/names.ts';
import type { KindCases, Patch } from './case.ts';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; resourceVersion?: string };
  spec: Record<string, unknown>;
}

/** A whole object: the smallest valid one of its kind, changed by `patch`. */
export function manifest(cases: KindCases, namespace: string, name: string, patch: Patch): Manifest {
  const base = { apiVersion: GROUP_VERSION, kind: cases.kind, metadata: { name, namespace }, spec: cases.smallest };
  return merge(base, patch) as Manifest;
}

/** JSON merge patch (RFC 7396). */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, merge(merged.get(key), value));
    }
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
