import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

/** A VLESS user as Xray's HandlerService takes it. */
export interface XrayUser {
  readonly email: string;
  readonly id: string;
  readonly flow: string;
}

/**
 * Xray's gRPC API over plain HTTP/2: users in and out of a running core, and its counters.
 *
 * The few messages are written by hand: three field types of Protocol Buffers are all that they need, and spawning
 * `xray api` for each change would cost more than the change.
 */
export class XrayApi {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`);
    // Requests report a lost connection each by itself.
    this.#session.on('error', () => undefined);
    this.#session.unref();
  }

  /** @throws Error with Xray's own words, for example when the e-mail is already there or the id no UUID */
  async addUser(tag: string, { email, id, flow }: XrayUser): Promise<void> {
    const account = typed('xray.proxy.vless.Account', bytes(text(1, id), text(2, flow), text(3, 'none')));
    const user = bytes(text(2, email), message(3, account));
    await this.#alter(tag, typed('xray.app.proxyman.command.AddUserOperation', message(1, user)));
  }

  /** @throws Error with Xray's own words, for example `User … not found.` */
  async removeUser(tag: string, email: string): Promise<void> {
    await this.#alter(tag, typed('xray.app.proxyman.command.RemoveUserOperation', text(1, email)));
  }

  /** Counters by name, for example `user>>>alice>>>traffic>>>uplink`; `reset` starts them again at zero. */
  async stats(pattern: string, reset: boolean): Promise<ReadonlyMap<string, number>> {
    const request = bytes(text(1, pattern), reset ? Buffer.from([0x10, 1]) : Buffer.alloc(0));
    const answer = await this.#call('/xray.app.stats.command.StatsService/QueryStats', request);
    const counters = new Map<string, number>();
    for (const { data } of fieldsOf(answer)) {
      const stat = fieldsOf(data);
      const name = stat.find(({ field }) => field === 1)?.data.toString() ?? '';
      counters.set(name, stat.find(({ field }) => field === 2)?.value ?? 0);
    }
    return counters;
  }

  close(): void {
    this.#session.destroy();
  }

  async #alter(tag: string, operation: Buffer): Promise<void> {
    const service = '/xray.app.proxyman.command.HandlerService/AlterInbound';
    await this.#call(service, bytes(text(1, tag), message(2, operation)));
  }

  /** One unary gRPC call: a length-prefixed message each way, the verdict in the trailers. */
  #call(path: string, request: Buffer): Promise<Buffer> {
    const { HTTP2_HEADER_METHOD: METHOD, HTTP2_HEADER_PATH: PATH } = constants;
    return new Promise((resolve, reject) => {
      const headers = { [METHOD]: 'POST', [PATH]: path, 'content-type': 'application/grpc', te: 'trailers' };
      const stream = this.#session.request(headers);
      const chunks: Buffer[] = [];
      let [verdict, words] = ['', ''];
      // An answer without a body has the verdict in its only headers.
      const read = (from: IncomingHttpHeaders): void => {
        verdict = [from['grpc-status'] ?? verdict].flat()[0] ?? '';
        words = [from['grpc-message'] ?? words].flat()[0] ?? '';
      };
      stream.on('response', read);
      stream.on('trailers', read);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        if (verdict === '0') resolve(Buffer.concat(chunks).subarray(5));
        else reject(new Error(`xray refused ${path}: ${decodeURIComponent(words)}`));
      });
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(request.length, 1);
      stream.end(Buffer.concat([frame, request]));
    });
  }
}

const bytes = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...out, rest]);
}

/** A length-delimited field. */
function message(field: number, data: Buffer): Buffer {
  return bytes(varint(field * 8 + 2), varint(data.length), data);
}

function text(field: number, value: string): Buffer {
  return value === '' ? Buffer.alloc(0) : message(field, Buffer.from(value));
}

/** Xray's `TypedMessage`: a message with the name of its type. */
function typed(name: string, value: Buffer): Buffer {
  return bytes(text(1, name), message(2, value));
}

interface Field {
  readonly field: number;
  /** Of a length-delimited field. */
  readonly data: Buffer;
  /** Of a varint field. */
  readonly value: number;
}

function fieldsOf(buffer: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const number = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = buffer.readUInt8(at);
      at += 1;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return value;
    }
  };
  while (at < buffer.length) {
    const key = number();
    if (key % 8 === 0) {
      fields.push({ field: Math.floor(key / 8), data: Buffer.alloc(0), value: number() });
    } else if (key % 8 === 2) {
      const length = number();
      fields.push({ field: Math.floor(key / 8), data: buffer.subarray(at, at + length), value: 0 });
      at += length;
    } else {
      throw new Error(`unexpected wire type ${key % 8} in an answer of xray`);
    }
  }
  return fields;
}
