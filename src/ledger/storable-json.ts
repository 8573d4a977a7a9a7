/**
 * JSON that `jsonb` takes, whatever a stranger put into it: Postgres refuses NUL and halves of surrogate pairs, and money
 * that cannot be recorded would be delivered for ever.
 */
export function storableJson(value: object): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'string' ? field.replaceAll('\u0000', '\uFFFD').toWellFormed() : field,
  );
}
