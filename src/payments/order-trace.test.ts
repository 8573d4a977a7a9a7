import { describe, expect, it } from 'vitest';
import type { FinishedSpan } from '../base/trace.ts';
import type { OrderTimeline } from '../ledger/index.ts';
import { traceOfOrder } from './order-trace.ts';

/** An order for Stars that was paid, and is on two of three panels. Instants are easy to tell apart. */
function timeline(changes: Partial<OrderTimeline> = {}): OrderTimeline {
  return {
    orderId: '019ad2f4-7a10-7c3e-8f00-0123456789ab',
    subscriptionId: '019ad2f4-7a10-7c3e-8f00-ba9876543210',
    shop: 'shop-a/main',
    plan: 'month',
    placedAtMs: 1_000,
    askedAtMs: 3_000,
    provider: 'stars',
    attempt: 2,
    source: 'update',
    paidAtMs: 10_000,
    recordedAtMs: 10_400,
    grantedAtMs: 10_450,
    deliveredAtMs: 12_000,
    notedAtMs: 12_200,
    panelsWanted: 3,
    panels: [
      { name: 'de', confirmedAtMs: 11_900 },
      { name: 'nl', confirmedAtMs: 11_000 },
    ],
    ...changes,
  };
}

function spansOf(changes: Partial<OrderTimeline> = {}): readonly FinishedSpan[] {
  return traceOfOrder(timeline(changes)).spans;
}

/** Name, parent, start and end. */
function shapeOf(spans: readonly FinishedSpan[]): unknown[] {
  return spans.map(({ key, parent, startMs, endMs }) => [key, parent, startMs, endMs]);
}

describe('the trace of an order', () => {
  it('has a step for everything between the click and the panels, one after the other', () => {
    expect(shapeOf(spansOf())).toEqual([
      ['order', undefined, 1_000, 12_200],
      ['choose how to pay', 'order', 1_000, 3_000],
      ['pay', 'order', 3_000, 10_000],
      ['record payment', 'order', 10_000, 10_400],
      ['grant', 'order', 10_400, 10_450],
      ['deliver', 'order', 10_450, 12_000],
      ['panel/de', 'deliver', 10_450, 11_900],
      ['panel/nl', 'deliver', 10_450, 11_000],
      ['note', 'order', 12_000, 12_200],
    ]);
  });

  it('has the id of the order, and names of spans that do not grow with panels', () => {
    const { id, spans } = traceOfOrder(timeline());
    expect(id).toBe(timeline().orderId);
    expect(spans.filter(({ name }) => name === 'confirm on panel').map(({ attributes }) => attributes)).toEqual([
      { 'wayleave.shop': 'shop-a/main', 'wayleave.panel': 'de' },
      { 'wayleave.shop': 'shop-a/main', 'wayleave.panel': 'nl' },
    ]);
  });

  it('says which order, subscription, plan and provider', () => {
    const [order, , pay] = spansOf();
    expect(order?.attributes).toEqual({
      'wayleave.shop': 'shop-a/main',
      'wayleave.order.id': '019ad2f4-7a10-7c3e-8f00-0123456789ab',
      'wayleave.subscription.id': '019ad2f4-7a10-7c3e-8f00-ba9876543210',
      'wayleave.plan': 'month',
      'wayleave.payment.provider': 'stars',
      'wayleave.payment.attempt': 2,
      'wayleave.payment.source': 'update',
    });
    expect(pay?.attributes['wayleave.payment.provider']).toBe('stars');
  });

  it('says how many panels it is meant for and how many of them hold it', () => {
    const deliver = spansOf().find(({ name }) => name === 'deliver');
    expect(deliver?.attributes).toMatchObject({ 'wayleave.panels.confirmed': 2, 'wayleave.panels.wanted': 3 });
    const before = spansOf({ panelsWanted: undefined }).find(({ name }) => name === 'deliver');
    expect(before?.attributes).not.toHaveProperty('wayleave.panels.wanted');
  });

  it.each([
    ['has whole seconds and says that it was paid before it was asked for', 2_000, [3_000, 3_000, 10_400]],
    ['runs ahead of ours', 99_000, [3_000, 10_400, 10_400]],
  ])('moves the instant of a provider whose clock %s', (_, paidAtMs, [asked, paid, recorded]) => {
    expect(shapeOf(spansOf({ paidAtMs })).slice(2, 4)).toEqual([
      ['pay', 'order', asked, paid],
      ['record payment', 'order', paid, recorded],
    ]);
  });

  it('of a renewal that the provider collects begins when it was paid, and asks nobody', () => {
    const renewal = { placedAtMs: 10_400, askedAtMs: undefined, deliveredAtMs: undefined };
    expect(shapeOf(spansOf(renewal)).slice(0, 4)).toEqual([
      ['order', undefined, 10_000, 12_200],
      ['record payment', 'order', 10_000, 10_400],
      ['grant', 'order', 10_400, 10_450],
      ['deliver', 'order', 10_450, 12_200],
    ]);
  });

  it('of a trial has no payment', () => {
    const free = { askedAtMs: undefined, provider: undefined, attempt: undefined, source: undefined };
    const spans = spansOf({ ...free, paidAtMs: undefined, recordedAtMs: undefined, panels: [] });
    expect(shapeOf(spans)).toEqual([
      ['order', undefined, 1_000, 12_200],
      ['grant', 'order', 1_000, 10_450],
      ['deliver', 'order', 10_450, 12_000],
      ['note', 'order', 12_000, 12_200],
    ]);
    expect(spans[0]?.attributes).not.toHaveProperty('wayleave.payment.provider');
  });

  it('leaves out a panel that held all of it before', () => {
    const spans = spansOf({ panels: [{ name: 'nl', confirmedAtMs: null }] });
    expect(spans.map(({ key }) => key)).not.toContain('panel/nl');
    expect(spans.find(({ name }) => name === 'deliver')?.attributes['wayleave.panels.confirmed']).toBe(1);
  });

  it('has no step that ends before it begins, and none outside of the order, whatever the instants are', () => {
    const odd = spansOf({ placedAtMs: 11_000, askedAtMs: 10_900, paidAtMs: 5, grantedAtMs: 10_399 });
    const [order, ...steps] = odd;
    for (const { startMs, endMs, key } of odd) expect(endMs, key).toBeGreaterThanOrEqual(startMs);
    for (const { startMs, endMs, key } of steps) {
      expect(startMs, key).toBeGreaterThanOrEqual(order?.startMs ?? 0);
      expect(endMs, key).toBeLessThanOrEqual(order?.endMs ?? 0);
    }
  });
});
