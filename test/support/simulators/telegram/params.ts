import { badRequest } from './api-error.ts';

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The parameters of a call. JSON bodies carry typed values, form bodies carry texts (objects as JSON), and the server
 * takes a number for a text and the other way round, so each is read as what the method wants.
 */
export class Params {
  readonly values: Readonly<Record<string, unknown>>;
  readonly #files: ReadonlyMap<string, UploadedFile>;

  constructor(values: Readonly<Record<string, unknown>>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.values = values;
    this.#files = files;
  }

  /** Empty when absent. */
  text(name: string): string {
    const value = this.values[name];
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }

  /** @throws ApiError 400 when it is there and no whole number */
  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw badRequest(`can't parse ${name}: an integer is expected`);
    return value;
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes'].includes(this.text(name).toLowerCase());
  }

  /**
   * An object or a list, or undefined when absent. Its shape is what the caller says it is: check it.
   *
   * @throws ApiError 400 when it is no JSON
   */
  json(name: string): unknown {
    const value = this.values[name];
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${name} JSON object`);
    }
  }

  /** The uploaded file that a value names with `attach://`, or that was sent under the parameter's own name. */
  file(name: string, value: string = this.text(name)): UploadedFile | undefined {
    const attached = /^attach:\/\/(.+)$/.exec(value)?.[1];
    return this.#files.get(attached ?? name);
  }
}
