/** What must never happen, by the name under which it is counted and published. */
export const crimes = [
  'paid_not_provisioned',
  'granted_twice',
  'charges_unrecorded',
  'foreign_refunds',
  'other',
] as const;
export type Crime = (typeof crimes)[number];

export interface Violation {
  readonly crime: Crime;
  readonly what: string;
}

/** Collects what is found, so that one look finds everything. */
export class Findings {
  readonly violations: Violation[] = [];

  /** Finds the crime where `holds` is false. */
  expect(holds: boolean, crime: Crime, what: string): void {
    if (!holds) this.violations.push({ crime, what });
  }
}
