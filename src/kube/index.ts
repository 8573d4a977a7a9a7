export { Backoff } from './backoff.ts';
export { type Indexers, ObjectCache } from './cache.ts';
export type { ApplyOptions, CallOptions, DeleteOptions, ListOptions, ListPage } from './calls.ts';
export { KubeClient } from './client.ts';
export { loadKubeClient, type LoadKubeClientOptions } from './load-client.ts';
export { type Condition, type NextCondition, setCondition } from './conditions.ts';
export { Controller, type ControllerOptions, done, type Outcome, type Reconcile, requeueAfter } from './controller.ts';
export { LeaderElector, type LeaderElectorOptions } from './election.ts';
export { isKubeError, KubeError, type KubeErrorCode, kubeErrorCodes, TerminalError } from './errors.ts';
export type { EventInput } from './event-series.ts';
export { EventRecorder, type EventRecorderOptions, eventResource } from './events.ts';
export { addFinalizer, removeFinalizer } from './finalizers.ts';
export { type Lease, leaseResource, type LeaseSpec } from './lease.ts';
export {
  type JsonPatchOperation,
  keyOf,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
  ownerReference,
  type Resource,
  splitKey,
} from './objects.ts';
export { type AddOptions, type Priority, WorkQueue, type WorkQueueOptions } from './queue.ts';
export type { ReconcileContext } from './reconcile-run.ts';
export { type Change, type ChangeHandler, Reflector, type ReflectorOptions } from './reflector.ts';
export {
  eventRights,
  finalizerRights,
  leaseRights,
  readingRights,
  type Right,
  statusRights,
  type Verb,
} from './rights.ts';
export { watchEvents, type WatchEvent } from './watch.ts';
