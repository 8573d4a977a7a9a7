import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes as latin1. */
  readonly body: string;
}

export interface WireRequest {
  /** As latin1. */
  readonly bytes: string;
  /** Its answer has no body. */
  readonly isHead: boolean;
}

export interface Conversation {
  readonly requests: readonly WireRequest[];
  /** All at once, instead of each when the one before it was answered. */
  readonly pipelined: boolean;
  /** Sent after them when all of them were answered, or with them; its answers are not waited for. */
  readonly last?: { readonly bytes: string; readonly how: 'end' | 'reset' };
}

export interface Heard {
  readonly answers: readonly WireAnswer[];
  /** What came beside complete answers. */
  readonly rest: string;
  /** Why the bytes are no answers of HTTP/1.1. */
  readonly fault: string | undefined;
}

/** Longer than any answer takes on a machine that is busy with other things. */
const patienceMs = 30_000;

/** Says what it is told over a connection of its own, and listens until the other side has nothing more to say. */
export function converse(port: number, { requests, pipelined, last }: Conversation): Promise<Heard> {
  return new Promise((resolve) => {
    const reader = new AnswerReader(requests.map(({ isHead }) => isHead));
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sent = 0;
    let isOver = false;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answers: reader.answers, rest: reader.rest, fault: reader.fault });
    };
    const timer = setTimeout(finish, patienceMs);
    const sayLast = (): void => {
      if (isOver) return;
      isOver = true;
      if (last === undefined) finish();
      else if (last.how === 'end') socket.end(last.bytes, 'latin1');
      // At once, so that the server meets the reset while it still reads or answers.
      else socket.write(last.bytes, 'latin1', () => socket.resetAndDestroy());
    };
    const sayNext = (): void => {
      const next = requests[sent];
      if (next === undefined) return sayLast();
      sent += 1;
      socket.write(next.bytes, 'latin1');
    };
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      if (!pipelined) return sayNext();
      sent = requests.length;
      if (sent > 0) socket.write(requests.map(({ bytes }) => bytes).join(''), 'latin1');
      if (sent === 0 || last !== undefined) sayLast();
    });
    socket.on('data', (chunk: string) => {
      const before = reader.answers.length;
      reader.push(chunk);
      if (reader.fault !== undefined) return finish();
      if (isOver || reader.answers.length === before) return;
      if (pipelined ? reader.answers.length >= requests.length : reader.answers.length >= sent) sayNext();
    });
    // A connection that breaks is how the server refuses what is no HTTP; the judge knows what was owed.
    socket.once('error', finish);
    socket.once('close', finish);
  });
}

/** Splits a stream into answers by their content-length, and believes nothing else. */
class AnswerReader {
  readonly answers: WireAnswer[] = [];
  readonly #isHead: readonly boolean[];
  rest = '';
  fault: string | undefined;

  constructor(isHead: readonly boolean[]) {
    this.#isHead = isHead;
  }

  push(chunk: string): void {
    this.rest += chunk;
    while (this.fault === undefined && this.#takeOne());
  }

  #takeOne(): boolean {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const [statusLine = '', ...lines] = this.rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)?.[1]);
    const headers = lines.map(toHeader);
    if (!Number.isInteger(status) || headers.some((header) => header === undefined)) {
      this.fault = `no head of an answer: ${JSON.stringify(this.rest.slice(0, 200))}`;
      return false;
    }
    const known = headers.filter((header) => header !== undefined);
    const length = lengthOf(status, known, this.#isHead[this.answers.length] ?? false);
    if (length === undefined) {
      this.fault = `an answer without one length: ${JSON.stringify(this.rest.slice(0, 200))}`;
      return false;
    }
    const bodyAt = end + 4;
    if (this.rest.length < bodyAt + length) return false;
    const body = this.rest.slice(bodyAt, bodyAt + length);
    this.rest = this.rest.slice(bodyAt + length);
    // "100 Continue" comes before an answer and is none.
    if (status >= 200) this.answers.push({ status, headers: known, body });
    return true;
  }
}

function toHeader(line: string): readonly [string, string] | undefined {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : [name.toLowerCase(), value];
}

function lengthOf(status: number, headers: WireAnswer['headers'], isHead: boolean): number | undefined {
  if (status < 200 || status === 304) return 0;
  const lengths = headers.filter(([name]) => name === 'content-length').map(([, value]) => value);
  const isChunked = headers.some(([name]) => name === 'transfer-encoding');
  if (isChunked || lengths.length !== 1 || !/^\d+$/.test(lengths[0] ?? '')) return undefined;
  return isHead ? 0 : Number(lengths[0]);
}
