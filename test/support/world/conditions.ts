import type { Condition } from '../../../src/api/index.ts';

interface WithConditions {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export function condition(object: WithConditions | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((one) => one.type === type);
}

/** `True/Ready`, `False/Unreachable`, … */
export function stateOf(object: WithConditions | undefined, type = 'Ready'): string {
  const found = condition(object, type);
  return found === undefined ? 'absent' : `${found.status}/${found.reason}`;
}
