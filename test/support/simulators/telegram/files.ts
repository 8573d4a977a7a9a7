import { badRequest } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { Params } from './params.ts';
import type { FileRow } from './state.ts';
import type { PhotoSize } from './wire.ts';

/** The photos that were sent; each keeps its `file_id` for good. */
export class Files {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** @throws ApiError 400 when the bytes are no PNG, JPEG or WebP */
  add(bytes: Buffer): FileRow {
    const format = imageFormat(bytes);
    if (format === undefined) throw badRequest('IMAGE_PROCESS_FAILED');
    const id = `AgAC${this.#backend.id(60)}`;
    const number = Object.keys(this.#backend.state.files).length;
    const row: FileRow = {
      id,
      uniqueId: this.#backend.id(16),
      path: `photos/file_${number}.${format.extension}`,
      contentType: format.contentType,
      ...imageSize(bytes),
      base64: bytes.toString('base64'),
    };
    this.#backend.state.files[id] = row;
    return row;
  }

  /** A photo that is uploaded with a call, or one that Telegram has already. */
  fromParams(params: Params, name: string, value?: string): FileRow {
    const upload = params.file(name, value);
    if (upload !== undefined) return this.add(upload.bytes);
    return this.get(value ?? params.text(name));
  }

  /** @throws ApiError 400 for an unknown `file_id` */
  get(id: string): FileRow {
    const row = this.#backend.state.files[id];
    if (row === undefined) throw badRequest('wrong file identifier/HTTP URL specified');
    return row;
  }

  byPath(path: string): FileRow | undefined {
    return Object.values(this.#backend.state.files).find((row) => row.path === path);
  }
}

/** How a photo looks in a message. Telegram offers it in several sizes, here in one. */
export function photoSizes({ id, uniqueId, width, height, base64 }: FileRow): PhotoSize[] {
  const bytes = Buffer.byteLength(base64, 'base64');
  return [{ file_id: id, file_unique_id: uniqueId, width, height, file_size: bytes }];
}

function imageFormat(bytes: Buffer): { readonly extension: string; readonly contentType: string } | undefined {
  if (bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) {
    return { extension: 'png', contentType: 'image/png' };
  }
  if (bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xd8]))) return { extension: 'jpg', contentType: 'image/jpeg' };
  const isWebp = bytes.subarray(0, 4).toString() === 'RIFF' && bytes.subarray(8, 12).toString() === 'WEBP';
  return isWebp ? { extension: 'webp', contentType: 'image/webp' } : undefined;
}

/** Of a PNG, from its first chunk; of others a usual size, which nobody here relies on. */
function imageSize(bytes: Buffer): { readonly width: number; readonly height: number } {
  const isPng = bytes.length >= 24 && bytes.subarray(12, 16).toString() === 'IHDR';
  return isPng ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : { width: 960, height: 1280 };
}
