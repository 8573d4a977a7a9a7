import { fail, ok, warn, type Seen } from './finding.ts';

/** What was found out about one part. */
export interface Asked {
  readonly part: string;
  /** Of its pods; undefined: the account of whoever asked. */
  readonly account: string | undefined;
  /** `patch vpnpanels/status`, … */
  readonly missing: readonly string[];
}

const mend = 'apply the roles of this version (docs/reference/rights.md says which and why)';

/**
 * A part whose account is known must have all. Otherwise it is only known what the asker may do: in the pod of one part
 * that is what this part needs, and not what the other does.
 */
export function judgeRights(asked: readonly Asked[]): readonly Seen[] {
  const known = asked.filter(({ account }) => account !== undefined).map((one) => judgeKnown(one));
  const own = asked.filter(({ account }) => account === undefined);
  if (own.length === 0) return known;
  const complete = own.filter(({ missing }) => missing.length === 0).map(({ part }) => part);
  if (complete.length > 0)
    return [...known, ok(`this account may do what ${complete.join(' and ')} need${complete.length === 1 ? 's' : ''}`)];
  const nearest = own.toSorted((a, b) => a.missing.length - b.missing.length)[0];
  const lacks = nearest === undefined ? '' : `, for example of ${nearest.part}: ${listed(nearest.missing)}`;
  return [
    ...known,
    warn(`this account lacks rights that parts need${lacks}`, `if it is the account of a part, ${mend}`),
  ];
}

function judgeKnown({ part, account, missing }: Asked): Seen {
  if (missing.length === 0) return ok(`${part}: ${account ?? ''} may do what it needs`);
  return fail(`${part}: ${account ?? ''} may not ${listed(missing)}`, mend);
}

function listed(missing: readonly string[]): string {
  return `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${String(missing.length - 5)} more` : ''}`;
}
