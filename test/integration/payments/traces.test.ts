import { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog, type Log } from '../../../src/base/log.ts';
import { confirmRefund, recordCharge, type CustomerRecord } from '../../../src/ledger/index.ts';
import { PaymentMetrics } from '../../../src/payments/metrics.ts';
import { shopJobs } from '../../../src/payments/shop-jobs.ts';
import { longestCloseMs } from '../../../src/telemetry/traces/sender.ts';
import { openTracing, type Tracing } from '../../../src/telemetry/traces/open.ts';
import { confirmOnPanel, deliver } from '../../support/money/delivery.ts';
import {
  newCustomer,
  openTestShop,
  order,
  starsCharge,
  type PlacedOrder,
  type TestShop,
} from '../../support/money/shop.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../../support/monitoring/otlp-receiver.ts';
import { freePort } from '../../support/processes.ts';

const apiKey = 'k7-of-the-collector';

let receiver: OtlpReceiver;
let registry: Registry;
let lines: string[];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  registry = new Registry();
  lines = [];
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', `api-key=${apiKey},x-tenant=vpn%20shop`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function write(fields: object, message: string): void {
  lines.push(JSON.stringify({ ...fields, message }));
}

/** As the bot opens it, with the environment as it is stubbed. */
async function open(): Promise<Tracing> {
  const log: Log = { ...silentLog, warn: write, info: write };
  const service = { service: 'wayleave-bot', version: '1.2.3' };
  const tracing = await openTracing({ env: process.env, ...service, registry, clock: systemClock, log });
  onTestFinished(() => tracing.close());
  return tracing;
}

/** Does what is done every few seconds for a shop that somebody leads. @returns how long that took */
async function noteProvisioned({ store, shop }: TestShop, { tracer }: Tracing): Promise<number> {
  const metrics = new PaymentMetrics(new Registry());
  const jobs = shopJobs({
    store,
    shopId: shop.id,
    providers: [],
    metrics,
    log: silentLog,
    failpoint: () => undefined,
    tracer,
  });
  const job = jobs.find(({ name }) => name === 'note-provisioned');
  const begunMs = performance.now();
  expect(await job?.run(new AbortController().signal)).toBe('done');
  return performance.now() - begunMs;
}

async function countOf(outcome: string): Promise<number> {
  const page = await registry.metrics();
  return Number(new RegExp(`^wayleave_traces_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(page)?.[1]);
}

interface Sold {
  readonly test: TestShop;
  readonly customer: CustomerRecord;
  readonly placed: PlacedOrder;
  readonly chargeId: string;
}

/** An order that is paid, and on one panel. */
async function sell(known?: TestShop): Promise<Sold> {
  const test = known ?? (await openTestShop());
  const customer = await newCustomer(test);
  const placed = await order(test, customer);
  const charge = starsCharge(placed, customer);
  await recordCharge(test.store, charge);
  await confirmOnPanel(test, placed.order.subscriptionId, 'nl');
  await deliver(test, placed.order.subscriptionId);
  return { test, customer, placed, chargeId: charge.chargeId };
}

describe('the trace of a provisioned order', () => {
  it('comes to the collector as OpenTelemetry wants it', async () => {
    const { test, placed } = await sell();
    const tracing = await open();
    await noteProvisioned(test, tracing);
    await expect.poll(() => countOf('sent')).toBe(1);
    const [request, ...more] = receiver.requests;
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      path: '/v1/traces',
      headers: { 'content-type': 'application/x-protobuf', 'api-key': apiKey, 'x-tenant': 'vpn shop' },
    });
    expect(request?.headers['user-agent']).toMatch(/^wayleave-bot\/1\.2\.3 /);
    const [received, ...others] = receiver.received();
    expect(others).toEqual([]);
    expect(received).toMatchObject({
      resource: {
        'service.name': 'wayleave-bot',
        'service.version': '1.2.3',
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.language': 'nodejs',
      },
      scope: 'wayleave',
    });
    const traceId = placed.order.id.replaceAll('-', '');
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const spans = received?.spans ?? [];
    const sampledHere = 0x101;
    for (const span of spans) expect(span).toMatchObject({ traceId, kind: 1, flags: sampledHere });
    expect(spans.map(({ name }) => name)).toEqual([
      'order',
      'choose how to pay',
      'pay',
      'record payment',
      'grant',
      'deliver',
      'confirm on panel',
      'note',
    ]);
    expect(spans[0]?.attributes['wayleave.order.id']).toBe(placed.order.id);
  });

  it('is a tree with one root, whose times are nanoseconds of the same clock', async () => {
    const { test } = await sell();
    await noteProvisioned(test, await open());
    await expect.poll(() => receiver.spans().length).toBeGreaterThan(0);
    const spans = receiver.spans();
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    expect(byId.size).toBe(spans.length);
    const [root, ...others] = spans.filter(({ parentSpanId }) => parentSpanId === '');
    expect([root?.name, others]).toEqual(['order', []]);
    for (const { spanId, parentSpanId, startNs, endNs, name } of spans) {
      expect(spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
      expect(parentSpanId === '' || byId.has(parentSpanId), name).toBe(true);
      expect(endNs >= startNs, name).toBe(true);
      expect(startNs >= (root?.startNs ?? 0n) && endNs <= (root?.endNs ?? 0n), name).toBe(true);
    }
    expect(Number((root?.endNs ?? 0n) / 1_000_000n)).toBeCloseTo(Date.now(), -5);
    const panel = spans.find(({ name }) => name === 'confirm on panel');
    expect(byId.get(panel?.parentSpanId ?? '')?.name).toBe('deliver');
  });

  it('names no customer, no payment of his, and no secret', async () => {
    const { test, customer, chargeId } = await sell();
    await noteProvisioned(test, await open());
    await expect.poll(() => countOf('sent')).toBe(1);
    const body = receiver.requests[0]?.body.toString('latin1') ?? '';
    expect(body).toContain('wayleave.order.id');
    const { rows } = await test.owner.query<{ uuid: string }>('select client_uuid as uuid from wayleave.credentials');
    const { id, telegramId, name } = customer;
    for (const secret of [id, String(telegramId), name, 'alice', chargeId, rows[0]?.uuid, apiKey]) {
      expect(secret?.length).toBeGreaterThan(3);
      expect(body.toLowerCase()).not.toContain(secret?.toLowerCase());
    }
  });

  it('is the same trace when it is sent again', async () => {
    const { test } = await sell();
    const tracing = await open();
    await noteProvisioned(test, tracing);
    await test.owner.query('update wayleave.orders set provisioned_at = null');
    await noteProvisioned(test, tracing);
    await expect.poll(() => receiver.requests.length).toBe(2);
    const [first, second] = receiver.received().map(({ spans }) => spans);
    expect(first).toHaveLength(8);
    const identity = (spans: typeof first): unknown =>
      spans?.map(({ traceId, spanId, name }) => [traceId, spanId, name]);
    expect(identity(first)).toEqual(identity(second));
  });

  it('is not sent of an order whose money went back, nor twice of one', async () => {
    const { test, placed, customer } = await sell();
    const tracing = await open();
    await noteProvisioned(test, tracing);
    await noteProvisioned(test, tracing);
    const second = await order(test, customer, { subscriptionId: placed.order.subscriptionId });
    const charge = starsCharge(second, customer);
    await recordCharge(test.store, charge);
    await confirmRefund(test.store, { ...charge, refundKey: 'theirs', startedBy: 'stars' });
    await deliver(test, placed.order.subscriptionId);
    await noteProvisioned(test, tracing);
    await tracing.close();
    expect(receiver.spans().filter(({ name }) => name === 'order')).toHaveLength(1);
  });

  it('is sent with others of the same moment in one request', async () => {
    const { test } = await sell();
    await sell(test);
    await sell(test);
    const tracing = await open();
    await noteProvisioned(test, tracing);
    await tracing.close();
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.spans().filter(({ name }) => name === 'order')).toHaveLength(3);
  });
});

describe('what the environment says', () => {
  it('names and describes the service', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'shop-bot');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=staging,service.name=no,service.version=9');
    const { test } = await sell();
    await noteProvisioned(test, await open());
    await expect
      .poll(() => receiver.received()[0]?.resource)
      .toMatchObject({
        'service.name': 'shop-bot',
        'service.version': '9',
        'deployment.environment.name': 'staging',
      });
  });

  it('that there is no endpoint: nobody asks for traces, and the series are there all the same', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', '');
    const tracing = await open();
    expect(tracing.tracer).toBeUndefined();
    const { test } = await sell();
    await noteProvisioned(test, tracing);
    expect([await countOf('sent'), await countOf('failed'), await countOf('dropped')]).toEqual([0, 0, 0]);
    expect(lines).toEqual([]);
  });

  it('that a part is enough: the same orders for everybody, and about as many', async () => {
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio');
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0.25');
    const [one, another] = [await open(), await openTwin()];
    const ids = Array.from({ length: 2_000 }, () => uuidv7());
    const sampled = ids.filter((id) => one.tracer?.samples(id));
    expect(ids.filter((id) => another.tracer?.samples(id))).toEqual(sampled);
    // Five standard deviations.
    expect(Math.abs(sampled.length - 500)).toBeLessThan(97);
  });

  it('what cannot be used: a line about it, and the bot goes on without traces', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc');
    expect((await open()).tracer).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL is grpc')]);
  });

  it('a certificate that cannot be read: a line about that', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', '/does/not/exist.pem');
    await open();
    expect(lines.filter((line) => line.includes('certificate'))).toHaveLength(1);
  });
});

function openTwin(): Promise<Tracing> {
  registry = new Registry();
  return open();
}

/** What must hold whatever becomes of the collector: orders are noted as fast as ever. */
async function notesAsEver(tracing: Tracing): Promise<void> {
  const { test, placed } = await sell();
  expect(await noteProvisioned(test, tracing)).toBeLessThan(5_000);
  const { rows } = await test.owner.query('select from wayleave.orders where id = $1 and provisioned_at is not null', [
    placed.order.id,
  ]);
  expect(rows).toHaveLength(1);
}

describe('a collector', () => {
  it('that refuses costs the trace, and a line without the key', async () => {
    receiver.behave(401);
    const tracing = await open();
    await notesAsEver(tracing);
    await expect.poll(() => countOf('failed')).toBe(1);
    expect(lines.at(-1)).toContain('HTTP 401');
    expect(lines.join('\n')).not.toContain(apiKey);
  });

  it('that has no time is asked again, as OpenTelemetry says', async () => {
    receiver.behave(503);
    const tracing = await open();
    await notesAsEver(tracing);
    await expect.poll(() => receiver.requests.length).toBe(1);
    receiver.behave(200);
    await expect.poll(() => countOf('sent'), { timeout: 10_000 }).toBe(1);
    expect(await countOf('failed')).toBe(0);
  });

  it('that is not there costs the trace, and says so', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${String(await freePort())}`);
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500');
    const tracing = await open();
    await notesAsEver(tracing);
    await expect.poll(() => countOf('failed'), { timeout: 10_000 }).toBe(1);
    expect(lines.at(-1)).toContain('ECONNREFUSED');
  });

  it.each(['hang', 'trickle'] as const)(
    'that lets everybody wait (%s) holds up no job, and the end for a moment only',
    async (how) => {
      receiver.behave(how);
      const tracing = await open();
      await notesAsEver(tracing);
      await expect.poll(() => receiver.requests.length).toBe(1);
      await notesAsEver(tracing);
      const begunMs = performance.now();
      await tracing.close();
      const tookMs = performance.now() - begunMs;
      expect(tookMs).toBeGreaterThan(longestCloseMs - 100);
      expect(tookMs).toBeLessThan(longestCloseMs + 3_000);
      expect(await countOf('dropped')).toBe(2);
    },
  );

  it('that is told at the end gets what waits', async () => {
    const tracing = await open();
    await notesAsEver(tracing);
    await tracing.close();
    expect(await countOf('sent')).toBe(1);
    expect(receiver.spans().length).toBeGreaterThan(0);
  });
});

it('what cannot be read of the database is no failure of the job', async () => {
  const { test } = await sell();
  const tracing = await open();
  await test.owner.query('alter table wayleave.panel_clients rename to panel_clients_away');
  await noteProvisioned(test, tracing);
  await tracing.close();
  expect(receiver.requests).toEqual([]);
});
