/** Go's names of the types that a request may hold. */
export type GoType = 'string' | 'int' | 'int64' | 'bool' | '[]int' | '[]string';

/** A Go struct: its name as errors show it, its fields, and structs inside it. Fields that it lacks are ignored. */
export interface GoStruct {
  readonly name: string;
  readonly fields: Readonly<Record<string, GoType | GoStruct>>;
}

export class BindError extends Error {
  override readonly name = 'BindError';
}

export type Bound = Record<string, unknown>;

/**
 * Reads a request body as Go's `encoding/json` (or gin's form binding) would.
 *
 * @returns only the known fields that were present, each of its declared type
 * @throws BindError with Go's own words
 */
export function bind(body: string, contentType: string, struct: GoStruct): Bound {
  if (contentType.includes('application/x-www-form-urlencoded')) return bindForm(new URLSearchParams(body), struct);
  return bindValue(parse(body), struct, '');
}

/** The same for a body that is an array of structs (`bulkCreate`). */
export function bindList(body: string, struct: GoStruct): Bound[] {
  const value = parse(body);
  if (!Array.isArray(value)) {
    throw new BindError(`json: cannot unmarshal ${goKind(value)} into Go value of type []service.${struct.name}`);
  }
  return value.map((item) => bindValue(item, struct, ''));
}

function parse(body: string): unknown {
  if (body.trim() === '') throw new BindError('EOF');
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new BindError(isTruncated(body, error) ? 'unexpected EOF' : 'invalid character', { cause: error });
  }
}

/** Whether the parser stumbled over the end of the text and not over something in it. */
function isTruncated(body: string, error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return message.includes('end of JSON') || /Unterminated/.test(message) || message.includes(`position ${body.length}`);
}

function bindValue(value: unknown, struct: GoStruct, path: string): Bound {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new BindError(
      path === ''
        ? `json: cannot unmarshal ${goKind(value)} into Go value of type model.${struct.name}`
        : `json: cannot unmarshal ${goKind(value)} into Go struct field ${path} of type model.${struct.name}`,
    );
  }
  const bound: Bound = {};
  for (const [key, type] of Object.entries(struct.fields)) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined || field === null) continue;
    const fieldPath = path === '' ? key : `${path}.${key}`;
    if (typeof type === 'object') {
      bound[key] = bindValue(field, type, fieldPath);
    } else {
      if (!fits(field, type)) {
        throw new BindError(
          `json: cannot unmarshal ${goKind(field)} into Go struct field ${struct.name}.${fieldPath} of type ${type}`,
        );
      }
      bound[key] = field;
    }
  }
  return bound;
}

function fits(value: unknown, type: GoType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
    case 'int64':
      return Number.isInteger(value);
    case '[]int':
      return Array.isArray(value) && value.every(Number.isInteger);
    case '[]string':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return value === null ? 'null' : typeof value;
}

function bindForm(form: URLSearchParams, struct: GoStruct): Bound {
  const bound: Bound = {};
  for (const [key, type] of Object.entries(struct.fields)) {
    const text = form.get(key);
    if (text === null) continue;
    if (type === 'int' || type === 'int64') {
      if (!/^-?\d+$/.test(text)) throw new BindError(`strconv.ParseInt: parsing "${text}": invalid syntax`);
      bound[key] = Number(text);
    } else if (type === 'bool') {
      bound[key] = text === 'true' || text === '1' || text === 'on';
    } else {
      bound[key] = text;
    }
  }
  return bound;
}
