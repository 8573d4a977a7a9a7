import type { FinishedSpan, FinishedTrace } from '../base/trace.ts';
import type { OrderTimeline } from '../ledger/index.ts';

/** Names of spans are API: people search and count by them. */
const root = 'order';
const delivery = 'deliver';

/**
 * The trace of an order, from the click to the panels. It is made when all is over, of the instants that are on record, so
 * nothing has to be carried from process to process, and whoever makes it again makes the same.
 *
 * A provider's clock is not ours: its instant is moved between those of ours that it must lie between.
 */
export function traceOfOrder(timeline: OrderTimeline): FinishedTrace {
  const steps = [...paymentSteps(timeline), ...deliverySteps(timeline)];
  const startMs = Math.min(timeline.placedAtMs, ...steps.map((one) => one.startMs));
  const order: FinishedSpan = {
    name: root,
    key: root,
    startMs,
    endMs: timeline.notedAtMs,
    attributes: {
      'wayleave.order.id': timeline.orderId,
      'wayleave.subscription.id': timeline.subscriptionId,
      'wayleave.plan': timeline.plan,
      ...paymentAttributes(timeline),
    },
  };
  const spans = [order, ...steps].map((span) => ({
    ...span,
    endMs: Math.max(span.startMs, span.endMs),
    attributes: { 'wayleave.shop': timeline.shop, ...span.attributes },
  }));
  return { id: timeline.orderId, spans };
}

/** Until the order is granted: what the customer, the provider and we took. */
function paymentSteps(timeline: OrderTimeline): readonly FinishedSpan[] {
  const { placedAtMs, askedAtMs, recordedAtMs, grantedAtMs } = timeline;
  if (timeline.paidAtMs === undefined || recordedAtMs === undefined) return [step('grant', placedAtMs, grantedAtMs)];
  const paidAtMs = Math.max(askedAtMs ?? -Infinity, Math.min(timeline.paidAtMs, recordedAtMs));
  const attributes = paymentAttributes(timeline);
  const asked =
    askedAtMs === undefined
      ? []
      : [step('choose how to pay', placedAtMs, askedAtMs), step('pay', askedAtMs, paidAtMs, attributes)];
  return [
    ...asked,
    step('record payment', paidAtMs, recordedAtMs, attributes),
    step('grant', recordedAtMs, grantedAtMs),
  ];
}

function deliverySteps(timeline: OrderTimeline): readonly FinishedSpan[] {
  const { grantedAtMs, notedAtMs, panels, panelsWanted } = timeline;
  const deliveredAtMs = timeline.deliveredAtMs ?? notedAtMs;
  const attributes = {
    'wayleave.panels.confirmed': panels.length,
    ...(panelsWanted === undefined ? {} : { 'wayleave.panels.wanted': panelsWanted }),
  };
  const confirmations = panels.flatMap(({ name, confirmedAtMs }) =>
    confirmedAtMs === null
      ? []
      : [{ ...step('confirm on panel', grantedAtMs, confirmedAtMs, { 'wayleave.panel': name }), key: `panel/${name}` }],
  );
  const noting = timeline.deliveredAtMs === undefined ? [] : [step('note', deliveredAtMs, notedAtMs)];
  return [
    step(delivery, grantedAtMs, deliveredAtMs, attributes),
    ...confirmations.map((one) => ({ ...one, parent: delivery })),
    ...noting,
  ];
}

function step(name: string, startMs: number, endMs: number, attributes: FinishedSpan['attributes'] = {}): FinishedSpan {
  return { name, key: name, parent: root, startMs, endMs, attributes };
}

function paymentAttributes({ provider, attempt, source }: OrderTimeline): FinishedSpan['attributes'] {
  return {
    ...(provider === undefined ? {} : { 'wayleave.payment.provider': provider }),
    ...(attempt === undefined ? {} : { 'wayleave.payment.attempt': attempt }),
    ...(source === undefined ? {} : { 'wayleave.payment.source': source }),
  };
}
