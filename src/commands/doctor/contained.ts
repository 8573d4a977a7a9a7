/**
 * Whether the API server holds all that was applied. It adds defaults of its own, and a newer release adds fields: neither
 * makes a difference; what differs or is missing does.
 */
export function isContained(wanted: unknown, held: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(held) && held.length === wanted.length && wanted.every((item, at) => isContained(item, held[at]))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === held;
  if (typeof held !== 'object' || held === null) return false;
  return Object.entries(wanted).every(
    ([key, value]) =>
      // What is undefined here is not sent at all.
      value === undefined || isContained(value, (held as Readonly<Record<string, unknown>>)[key]),
  );
}
