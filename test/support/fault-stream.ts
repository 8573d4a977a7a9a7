import { setTimeout as delay } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';

/** What a fault does to the lines of an answer once `afterLines` of them went through whole. */
export type LineFault =
  /** The connection is cut (RST). */
  | { readonly kind: 'cut'; readonly afterLines: number }
  /** Half of the next line, then the connection is cut. */
  | { readonly kind: 'truncate'; readonly afterLines: number }
  /** Half of the next line, then a proper end of the answer, as if that were all. */
  | { readonly kind: 'truncate-end'; readonly afterLines: number }
  /** A proper end between two lines. */
  | { readonly kind: 'end'; readonly afterLines: number }
  /** Nothing more comes, and the connection stays open: the peer vanished. */
  | { readonly kind: 'freeze'; readonly afterLines: number }
  /** Each further line comes `delayMs` later, in order; lines on their way when the connection breaks are lost. */
  | { readonly kind: 'late'; readonly afterLines: number; readonly delayMs: number }
  /** The next line arrives damaged; those after it are whole. */
  | { readonly kind: 'garble'; readonly afterLines: number }
  /** The API server's own way to end a watch with an error, and then a proper end. */
  | { readonly kind: 'error-event'; readonly afterLines: number; readonly code: number; readonly reason: string };

/**
 * Copies `source` to `response`; lines go through one by one so that a fault can hit between or inside them.
 *
 * @param cut resets the connection under `response`
 */
export async function copyWithFault(
  source: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  fault: LineFault,
  cut: () => void,
): Promise<void> {
  let passed = 0;
  let late = Promise.resolve();
  for await (const line of linesOf(source)) {
    if (response.destroyed) {
      return;
    }
    if (passed < fault.afterLines) {
      response.write(line);
      passed += 1;
    } else if (fault.kind === 'late') {
      const due = delay(fault.delayMs);
      late = late.then(() => due).then(() => void response.write(line));
    } else if (await hit(line, response, fault, cut)) {
      return;
    }
  }
  await late;
  response.end();
}

/** Returns whether the answer is over. */
async function hit(
  line: string,
  response: ServerResponse,
  fault: Exclude<LineFault, { kind: 'late' }>,
  cut: () => void,
): Promise<boolean> {
  const half = line.slice(0, Math.floor(line.length / 2));
  switch (fault.kind) {
    case 'cut':
      cut();
      return true;
    case 'truncate':
      await flushed(response, half);
      cut();
      return true;
    case 'truncate-end':
      response.end(half);
      return true;
    case 'end':
      response.end();
      return true;
    case 'freeze':
      return true;
    case 'garble':
      response.write(`${half}\u0000}\n`);
      return false;
    case 'error-event':
      response.end(`${errorEvent(fault.code, fault.reason)}\n`);
      return true;
  }
}

function errorEvent(code: number, reason: string): string {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'injected', reason, code };
  return JSON.stringify({ type: 'ERROR', object: status });
}

function flushed(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    response.write(text, () => {
      resolve();
    });
  });
}

async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      yield `${line}\n`;
    }
  }
  if (rest !== '') {
    yield rest;
  }
}
