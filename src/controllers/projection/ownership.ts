import { createHash } from 'node:crypto';
import { annotations, fieldManagers } from '../../api/index.ts';
import type { ObjectMeta } from '../../kube/index.ts';
import { ledgerFields, type LedgerField, type ProjectedSpec } from './projected-spec.ts';

/** Who wrote which fields, as the API server keeps it in `metadata.managedFields`. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

interface FieldSet {
  readonly [key: string]: FieldSet;
}

/**
 * Value of the annotation that a projection leaves: enough to tell from metadata alone which revision a resource shows,
 * and whether its fields are still the ledger's.
 */
export function projectionMark(spec: ProjectedSpec): string {
  return `${String(spec.entitlementRevision ?? 0)}/${digest(leavesOf(spec))}`;
}

/** The revision that a resource was last projected with; undefined if it never was. */
export function projectedRevision({ annotations: notes }: ObjectMeta): number | undefined {
  const revision = Number(/^(\d{1,15})\//.exec(notes?.[annotations.projected] ?? '')?.[1] ?? Number.NaN);
  return Number.isNaN(revision) ? undefined : revision;
}

/**
 * Whether somebody else changed, removed or added a field of the ledger since the last projection. Writing a field takes
 * it away from who owned it, so it shows without knowing any value: 10,000 resources are judged by their metadata.
 */
export function isOverridden({ annotations: notes, managedFields = [] }: ObjectMeta): boolean {
  const { ours, foreign } = ownersOf(managedFields as readonly ManagedFields[]);
  const [, expected] = (notes?.[annotations.projected] ?? '').split('/');
  return expected !== digest([...ours]) || foreign.length > 0;
}

/** Which fields that is about. @param spec what was or is to be projected */
export function overriddenFields({ managedFields = [] }: ObjectMeta, spec: ProjectedSpec): LedgerField[] {
  const { ours, foreign } = ownersOf(managedFields as readonly ManagedFields[]);
  const lost = leavesOf(spec).filter((leaf) => !ours.has(leaf));
  const fields = new Set([...lost, ...foreign].map((leaf) => leaf.split('.', 1)[0]));
  return ledgerFields.filter((field) => fields.has(field));
}

/** Leaves of the ledger's fields that the ledger owns, and those that others own alone. */
function ownersOf(entries: readonly ManagedFields[]): {
  readonly ours: ReadonlySet<string>;
  readonly foreign: readonly string[];
} {
  const leaves = ({ fieldsV1 }: ManagedFields): string[] => ownedLeaves(fieldsV1?.['f:spec'] ?? {});
  const ours = new Set(entries.filter(isLedgers).flatMap(leaves));
  const others = entries.filter((entry) => !isLedgers(entry) && entry.subresource === undefined);
  return { ours, foreign: others.flatMap(leaves).filter((leaf) => !ours.has(leaf)) };
}

function isLedgers({ manager, operation, subresource }: ManagedFields): boolean {
  return manager === fieldManagers.ledger && operation === 'Apply' && subresource === undefined;
}

const owned = new Set<string>(ledgerFields);
/** Written as a whole; the API server knows no owners of what is in them. */
const atomic = new Set<string>(['panelSelector']);

/** Paths of the ledger's fields in a set of owned ones. */
function ownedLeaves(spec: FieldSet): string[] {
  const walk = (fields: FieldSet, path: string): string[] => {
    const inner = Object.entries(fields).filter(([key]) => key !== '.');
    if (inner.length === 0) return [path];
    return inner.flatMap(([key, below]) => walk(below, `${path}.${key.replace(/^f:/, '')}`));
  };
  return Object.entries(spec).flatMap(([key, below]) => {
    const field = key.replace(/^f:/, '');
    return owned.has(field) ? walk(below, field) : [];
  });
}

function leavesOf(spec: ProjectedSpec): string[] {
  const walk = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null || atomic.has(path)) return [path];
    return Object.entries(value).flatMap(([key, below]) => walk(below, `${path}.${key}`));
  };
  return ledgerFields.flatMap((field) => (spec[field] === undefined ? [] : walk(spec[field], field)));
}

function digest(leaves: readonly string[]): string {
  return createHash('sha1').update(leaves.toSorted().join('\n')).digest('base64url').slice(0, 10);
}
