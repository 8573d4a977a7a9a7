import { randomUUID } from 'node:crypto';

import { type RealPanel, startRealThreeXui } from '../../support/real-3x-ui.ts';
import { demoInbounds } from '../../support/simulators/3x-ui/index.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { type BenchContext, type Measurement, rounded } from '../measurement.ts';
import { cpuSeconds } from '../operator/process-figures.ts';
import { threeXuiFigures } from './figures.ts';
import { load, requestText } from './load.ts';

export const names = Object.keys(threeXuiFigures) as readonly (keyof typeof threeXuiFigures)[];

const inboundCount = 4;
/** Few: it does one after the other, and whoever waits for a minute measures nothing. */
const connections = 4;
const durationMs = 5000;

/** The subscription server that customers of a panel have without us. */
export async function measure(context: BenchContext): Promise<Record<string, Measurement>> {
  context.progress('a real 3x-ui of 100 customers');
  const small = await measurePanel(100);
  context.progress('a real 3x-ui of 1,000 customers');
  const large = await measurePanel(1000);
  return {
    sub_3x_ui_rps_per_core: { value: rounded(small.perCore), unit: 'requests/s' },
    sub_3x_ui_p99_ms: { value: rounded(small.p99), unit: 'ms' },
    sub_3x_ui_1k_rps_per_core: { value: rounded(large.perCore), unit: 'requests/s' },
    sub_3x_ui_1k_p99_ms: { value: rounded(large.p99), unit: 'ms' },
  };
}

async function measurePanel(clients: number): Promise<{ readonly perCore: number; readonly p99: number }> {
  const [panel, xray] = [await ensureTool('3x-ui'), await ensureTool('xray')];
  const running = await startRealThreeXui({ panel, xray, servesSubscriptions: true });
  try {
    await fill(running, clients);
    const { port, pathname } = new URL(running.subscriptionsUrl ?? '');
    const requestAt = (number: number): string => requestText(`${pathname}${subIdAt(number % clients)}`);
    const asked = { port: Number(port), connections, requestAt };
    await load({ ...asked, durationMs: 1000 });
    const before = await cpuSeconds(running.pid);
    const { requests, refused, p99 } = await load({ ...asked, durationMs });
    if (refused > 0) throw new Error(`3x-ui refused ${String(refused)} of ${String(requests)} requests`);
    return { perCore: requests / ((await cpuSeconds(running.pid)) - before), p99 };
  } finally {
    await running.stop();
  }
}

function subIdAt(index: number): string {
  return `bench${String(index).padStart(11, '0')}`;
}

/** Adds the inbounds whole, each with all of its clients: one by one they would take an hour. */
async function fill({ url, username, password }: RealPanel, clients: number): Promise<void> {
  const login = await fetch(`${url}login`, { method: 'POST', body: new URLSearchParams({ username, password }) });
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  for (let inbound = 0; inbound < inboundCount; inbound += 1) {
    const [draft] = demoInbounds({ ports: { ws: 23_000 + inbound } });
    const settings = {
      decryption: 'none',
      clients: Array.from({ length: clients }, (_, at) => ({
        id: randomUUID(),
        email: `client-${String(inbound)}-${String(at)}`,
        subId: subIdAt(at),
        enable: true,
        flow: '',
      })),
    };
    const body = {
      ...draft,
      remark: `inbound ${String(inbound)}`,
      settings: JSON.stringify(settings),
      streamSettings: JSON.stringify(draft?.streamSettings),
      sniffing: JSON.stringify(draft?.sniffing),
    };
    const answer = await fetch(`${url}panel/api/inbounds/add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
    const { success, msg } = (await answer.json()) as { success: boolean; msg: string };
    if (!success) throw new Error(`3x-ui refused an inbound of ${String(clients)} clients: ${msg}`);
  }
}
