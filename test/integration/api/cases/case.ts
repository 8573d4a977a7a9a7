/** What differs from the smallest valid manifest: a JSON merge patch, so `null` removes a field. */
export type Patch = Readonly<Record<string, unknown>>;

/**
 * One rule of the API with an object that it lets through and one that it refuses. `words.json` has the API server's
 * words about the refused one; the integration test holds both against a real API server, and
 * `docs/reference/rejections.md` shows them.
 */
export interface RuleCase {
  /** What must be so. */
  readonly rule: string;
  readonly accepted: Patch;
  readonly rejected: Patch;
  /** For rules about changes: what was there before. */
  readonly before?: Patch;
}

export interface KindCases {
  readonly kind: 'VPNPanel' | 'VPNPlan' | 'VPNSubscription' | 'VPNShop';
  /** The smallest `spec` that is valid. */
  readonly smallest: Patch;
  readonly cases: readonly RuleCase[];
}

function spec(fields: Patch): Patch {
  return { spec: fields };
}

/** A rule about `spec`, which most are. */
export function specCase(rule: string, accepted: Patch, rejected: Patch, before?: Patch): RuleCase {
  return {
    rule,
    accepted: spec(accepted),
    rejected: spec(rejected),
    ...(before === undefined ? {} : { before: spec(before) }),
  };
}

export const nameCase: RuleCase = {
  rule: 'a name has at most 63 characters',
  accepted: { metadata: { name: 'n'.repeat(63) } },
  rejected: { metadata: { name: 'n'.repeat(64) } },
};
