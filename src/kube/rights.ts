import { eventResource } from './events.ts';
import { leaseResource } from './lease.ts';
import type { Resource } from './objects.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/**
 * Something that a part asks of the API server. Declared beside the code that asks, because Roles are generated from it:
 * what is missing here is forbidden in production, and what nobody asks for is found by a test.
 */
export interface Right {
  readonly resource: Resource;
  readonly subresource?: 'status' | 'finalizers';
  readonly verbs: readonly Verb[];
  /** `watched`: where the resources that it serves are. `own`: in the namespace of the process. */
  readonly where: 'watched' | 'own';
  /** Only objects of these names. The API server cannot hold `create`, `list` and `watch` to it. */
  readonly names?: readonly string[];
  /** Completes "so that …", for whoever reviews the Role. */
  readonly why: string;
}

/** What a Reflector asks for. */
export function readingRights(resource: Resource, why: string): Right {
  return { resource, verbs: ['list', 'watch'], where: 'watched', why };
}

/** What `addFinalizer` and `removeFinalizer` ask for: they read again when the object changed meanwhile. */
export function finalizerRights(resource: Resource): Right {
  const why = `its finalizer can be put on and taken off`;
  return { resource, verbs: ['get', 'patch'], where: 'watched', why };
}

export function statusRights(resource: Resource): Right {
  return { resource, subresource: 'status', verbs: ['patch'], where: 'watched', why: 'its status is told' };
}

/** What an EventRecorder asks for; a repetition is a patch. */
export const eventRights: readonly Right[] = [
  { resource: eventResource, verbs: ['create', 'patch'], where: 'watched', why: 'what happened is told in Events' },
];

/** What a LeaderElector asks for. @param names of its Leases, where they are known beforehand */
export function leaseRights(names?: readonly string[]): readonly Right[] {
  const right = { resource: leaseResource, where: 'own', why: 'one replica at a time leads' } as const;
  return [
    { ...right, verbs: ['create'] },
    { ...right, verbs: ['get', 'update'], ...(names && { names }) },
  ];
}
