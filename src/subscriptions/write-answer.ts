import type { ServerResponse } from 'node:http';

import { type Answer, matchesEtag } from './answer.ts';

export interface AskedFor {
  readonly head: boolean;
  readonly ifNoneMatch: string | undefined;
}

/**
 * Writes a ready-made answer, or 304 to who has it already.
 *
 * @param extra headers of this one answer, names and values in turn; of a name that is there already, both are sent
 */
export function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  { head, ifNoneMatch }: AskedFor = { head: false, ifNoneMatch: undefined },
  extra: readonly string[] = [],
): void {
  const { etag } = answer;
  const headers = extra.length === 0 ? answer.headers : [...answer.headers, ...extra];
  if (etag !== undefined && ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, etag)) {
    response.writeHead(304, withoutContent(headers));
    response.end();
    return;
  }
  response.writeHead(answer.status, headers as string[]);
  if (head) response.end();
  else response.end(answer.body, answer.encoding);
}

/** A 304 has no content to describe. */
function withoutContent(headers: readonly string[]): string[] {
  return headers.filter((_, at) => {
    const name = headers[at - (at % 2)] ?? '';
    return !name.startsWith('content-type') && !name.startsWith('content-length');
  });
}
