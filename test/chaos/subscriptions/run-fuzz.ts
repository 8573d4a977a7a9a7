import fc from 'fast-check';

import { silentLog } from '../../../src/base/log.ts';
import { openStore } from '../../../src/store/index.ts';
import { addCustomers, type Customer } from './customers.ts';
import { mangle, writeRequest, type WrittenRequest } from './fuzz-bytes.ts';
import { faultOfAnswer, faultOfHeard, learn, type Learned } from './fuzz-judge.ts';
import { canary, crowd, forgedAddress, type Ending, type FuzzConversation } from './fuzz-requests.ts';
import { FuzzedService } from './fuzzed-service.ts';
import { converse, type WireAnswer } from './wire.ts';

export interface FuzzSummary {
  /** Sent, whole or not. */
  readonly requests: number;
  /** One for each round that failed: its seed, the smallest crowd that fails likewise, and why. */
  readonly failures: readonly string[];
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

const customerCount = 32;
/** Crowds between two looks at the log; each round has its own seed. */
const crowdsInARound = 25;
/** Rounds at a time: while one waits for its slowest client, others have something to say. */
const lanes = 8;
const failuresAtMost = 3;
const sayEveryMs = 10_000;

/** Lets generated crowds talk to a real service on a real database until so many requests were sent. */
export async function runFuzz(options: {
  readonly databaseUrl: string;
  readonly requests: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<FuzzSummary> {
  const { databaseUrl, requests, seed, say } = options;
  const customers = await seedCustomers(databaseUrl);
  const service = await FuzzedService.start(databaseUrl);
  const tally = new Tally();
  const startedMs = performance.now();
  try {
    const learned = await learn(customers, askOf(service.port));
    const seriesBefore = seriesOf((await service.figures()).metrics);
    let [saidMs, next] = [startedMs, seed];
    const playRounds = async (): Promise<void> => {
      while (tally.requests < requests && tally.failures.length < failuresAtMost && service.crash === undefined) {
        next += 1;
        const failure = await playRound({ service, customers, learned, tally, seed: next - 1 });
        if (failure !== undefined) {
          tally.failures.push(failure);
          say(failure);
        }
        if (performance.now() - saidMs < sayEveryMs) continue;
        saidMs = performance.now();
        say(`${tally.line(startedMs)}, of ${String(requests)}, seed ${String(seed)}`);
      }
    };
    await Promise.all(Array.from({ length: lanes }, () => playRounds()));
    if (service.crash !== undefined) return tally;
    const { metrics, residentMib, cpuSeconds } = await service.figures();
    const grown = seriesOf(metrics) - seriesBefore;
    if (grown > 0) tally.failures.push(`${String(grown)} metrics came up that were not there before`);
    say(`${tally.line(startedMs)}, seed ${String(seed)}, answers ${JSON.stringify(tally.statuses)}`);
    say(`the service: ${residentMib.toFixed(0)} MiB resident, ${cpuSeconds.toFixed(1)} s of CPU`);
  } finally {
    await service.stop();
  }
  return tally;
}

interface Round {
  readonly service: FuzzedService;
  readonly customers: readonly Customer[];
  readonly learned: Learned;
  readonly tally: Tally;
  readonly seed: number;
}

async function playRound({ service, customers, learned, tally, seed }: Round): Promise<string | undefined> {
  const talk = async (conversation: FuzzConversation): Promise<void> => {
    const fault = await faultOfConversation(service.port, conversation, customers, learned, tally);
    if (fault !== undefined) throw new Error(service.crash ?? fault);
  };
  const property = fc.asyncProperty(crowd, async (conversations) => {
    await Promise.all(conversations.map(talk));
    if (service.crash !== undefined) throw new Error(service.crash);
  });
  const details = await fc.check(property, { seed, numRuns: crowdsInARound });
  const again = `seed ${String(seed)}: WAYLEAVE_TEST_SEED=${String(seed)} plays it again`;
  if (details.failed) {
    const said = `the end of its log: ${service.said.slice(-1500)}`;
    return [again, String(details.errorInstance), fc.defaultReportMessage(details), said].join('\n');
  }
  const secret = await secretIn(service, customers);
  return secret === undefined ? undefined : `${again}\n${secret}`;
}

async function faultOfConversation(
  port: number,
  { requests, pipelined, ending }: FuzzConversation,
  customers: readonly Customer[],
  learned: Learned,
  tally: Tally,
): Promise<string | undefined> {
  const write = (request: WrittenRequest['request']): WrittenRequest => {
    const customer = customers[request.customer % customers.length];
    if (customer === undefined) throw new RangeError('there are customers');
    return writeRequest(request, customer, learned.byToken.get(customer.token)?.etags ?? []);
  };
  const written = requests.map(write);
  const last = lastOf(ending, write);
  const heard = await converse(port, { requests: written, pipelined, ...(last && { last }) });
  tally.add(written.length + (last === undefined ? 0 : 1), heard.answers);
  const sent = `${written.map(({ bytes }) => bytes).join('')}${last?.bytes ?? ''}`;
  // Who sends rubbish right behind a request may be cut off before that one is answered.
  const owed = pipelined && last !== undefined ? 0 : written.length;
  for (const [index, one] of written.slice(0, owed).entries()) {
    const answer = heard.answers[index];
    const fault =
      answer === undefined
        ? `no answer to request ${String(index)}: ${heard.fault ?? JSON.stringify(heard.rest.slice(0, 200))}`
        : faultOfAnswer(answer, one, learned);
    if (fault !== undefined) return fault;
  }
  return faultOfHeard({ ...heard, answers: heard.answers.slice(owed) }, sent, learned);
}

function lastOf(
  ending: Ending,
  write: (request: WrittenRequest['request']) => WrittenRequest,
): { readonly bytes: string; readonly how: 'end' | 'reset' } | undefined {
  switch (ending.kind) {
    case 'closed':
      return undefined;
    case 'bytes':
      return { bytes: ending.bytes, how: 'end' };
    case 'mangled':
      return { bytes: mangle(write(ending.request).bytes, ending.edits), how: 'end' };
    case 'half': {
      const { bytes } = write(ending.request);
      return { bytes: bytes.slice(0, Math.floor(ending.share * bytes.length)), how: ending.how };
    }
  }
}

/** Whatever a request brought along, and all by which a customer could be found, in what the service says of itself. */
async function secretIn(service: FuzzedService, customers: readonly Customer[]): Promise<string | undefined> {
  if (service.crash !== undefined) return service.crash;
  const { metrics } = await service.figures();
  const secrets = [canary, ...customers.flatMap(({ token, uuid }) => [token, uuid])];
  for (const [where, text] of [
    ['its log', service.said],
    ['its metrics', metrics],
  ] as const) {
    const found = secrets.find((one) => text.includes(one)) ?? forgedAddress.exec(text)?.[0];
    if (found !== undefined) return `"${found}" stands in ${where}`;
  }
  return undefined;
}

async function seedCustomers(databaseUrl: string): Promise<Customer[]> {
  const store = await openStore({ databaseUrl, role: 'operator', log: silentLog, applicationName: 'operator' });
  try {
    return await addCustomers(store, customerCount);
  } finally {
    await store.close();
  }
}

function askOf(port: number): Parameters<typeof learn>[1] {
  return async (path, headers, method = 'GET') => {
    const lines = Object.entries({ host: 'sub.example.com', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const bytes = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
    const { answers, fault } = await converse(port, { requests: [{ bytes, isHead: false }], pipelined: false });
    const [answer]: readonly (WireAnswer | undefined)[] = answers;
    if (answer === undefined) throw new Error(`no answer to ${path}: ${fault ?? 'it was cut'}`);
    return answer;
  };
}

function seriesOf(metrics: string): number {
  return metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

class Tally implements FuzzSummary {
  requests = 0;
  readonly failures: string[] = [];
  readonly statuses: Record<string, number> = {};

  add(requests: number, answers: readonly WireAnswer[]): void {
    this.requests += requests;
    for (const { status } of answers) this.statuses[status] = (this.statuses[status] ?? 0) + 1;
  }

  line(startedMs: number): string {
    const seconds = (performance.now() - startedMs) / 1000;
    return `${String(this.requests)} requests, ${(this.requests / seconds).toFixed(0)}/s`;
  }
}
