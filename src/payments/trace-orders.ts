import type { Log } from '../base/log.ts';
import type { Tracer } from '../base/trace.ts';
import { orderTimelines } from '../ledger/index.ts';
import type { Queryable } from '../store/index.ts';
import { traceOfOrder } from './order-trace.ts';

/** Hands the traces of these provisioned orders to the tracer. Never rejects: a trace that is missing hurts nobody. */
export async function traceOrders(
  { store, tracer, log }: { readonly store: Queryable; readonly tracer: Tracer; readonly log: Log },
  orderIds: readonly string[],
): Promise<void> {
  const wanted = orderIds.filter((id) => tracer.samples(id));
  if (wanted.length === 0) return;
  try {
    for (const timeline of await orderTimelines(store, wanted)) tracer.record(traceOfOrder(timeline));
  } catch (err) {
    log.warn({ err, orders: wanted.length }, 'what happened to orders could not be read, they have no traces');
  }
}
