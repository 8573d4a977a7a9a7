import type { IncomingMessage } from 'node:http';
import { ApiError, badRequest } from './api-error.ts';
import { Params, type UploadedFile } from './params.ts';

const LIMIT_BYTES = 20 * 1024 * 1024;

/** Everything that a client sends. @throws ApiError 413 over 20 MB */
export async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > LIMIT_BYTES) throw new ApiError(413, 'Request Entity Too Large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The parameters of a call, from its query and its body: JSON, urlencoded or multipart. */
export function parseParams(query: URLSearchParams, contentType: string, body: Buffer): Params {
  const values: Record<string, unknown> = Object.fromEntries(query);
  if (body.length === 0) return new Params(values);
  if (contentType.startsWith('application/json')) return new Params({ ...values, ...parseJson(body) });
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return new Params({ ...values, ...Object.fromEntries(new URLSearchParams(body.toString())) });
  }
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw badRequest(`unsupported content type ${contentType}`);
  const { fields, files } = parseMultipart(body, boundary);
  return new Params({ ...values, ...fields }, files);
}

function parseJson(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest("can't parse request JSON object");
}

/**
 * The parts of a multipart body. Not the parser of Node's `Response.formData()`: bot libraries leave file names without
 * quotes, which Telegram takes and that parser does not.
 */
function parseMultipart(
  body: Buffer,
  boundary: string,
): { readonly fields: Record<string, string>; readonly files: Map<string, UploadedFile> } {
  const fields: Record<string, string> = {};
  const files = new Map<string, UploadedFile>();
  const delimiter = Buffer.from(`--${boundary}`);
  let start = body.indexOf(delimiter);
  while (start !== -1) {
    const next = body.indexOf(delimiter, start + delimiter.length);
    if (next === -1) break;
    const part = body.subarray(start + delimiter.length + 2, next - 2);
    const headEnd = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, headEnd).toString();
    const content = part.subarray(headEnd + 4);
    const name = /name="?([^";\r\n]+)"?/i.exec(head)?.[1];
    if (headEnd === -1 || name === undefined) throw badRequest("can't parse multipart body");
    const fileName = /filename="?([^";\r\n]*)"?/i.exec(head)?.[1];
    if (fileName === undefined) fields[name] = content.toString();
    else files.set(name, { name: fileName, bytes: Buffer.from(content) });
    start = next;
  }
  return { fields, files };
}
