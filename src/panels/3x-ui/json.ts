/** A JSON object of unknown shape: what a panel answers is looked into field by field, never trusted as a whole. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** An object, or the text of one: 3x-ui below v3.1 keeps settings as JSON strings, later ones nest objects. */
export function asSettings(value: unknown): JsonObject | undefined {
  if (typeof value !== 'string') return asObject(value);
  try {
    return asObject(JSON.parse(value));
  } catch {
    // Text that is not JSON is the same as no settings: the caller says what is missing.
    return undefined;
  }
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A whole number, 0 when it is none: panels leave out what is zero. */
export function asInteger(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
}

export function textsOf(value: unknown): readonly string[] {
  return asList(value).filter((item): item is string => typeof item === 'string');
}

/** The first of several names under which versions keep the same object. */
export function firstObject(parent: JsonObject, ...names: readonly string[]): JsonObject {
  for (const name of names) {
    const found = asObject(parent[name]);
    if (found !== undefined) return found;
  }
  return {};
}
