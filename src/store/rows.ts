/** A record as a query gives it: null where the record leaves something out. */
export type RowOf<Record> = {
  [Name in keyof Record]: undefined extends Record[Name] ? Exclude<Record[Name], undefined> | null : Record[Name];
};

/** A row as callers want it: undefined where Postgres has null. */
type WithoutNulls<Row> = {
  [Name in keyof Row]: null extends Row[Name] ? Exclude<Row[Name], null> | undefined : Row[Name];
};

/** Nulls of the row itself; what is inside of a JSON column stays as it is. */
export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) columns[name] = value ?? undefined;
  return columns as WithoutNulls<Row>;
}
