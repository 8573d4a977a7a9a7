/** Kubernetes' label selector, as our schemas let it through. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/**
 * Whether labels meet a selector, as Kubernetes decides it: an empty selector meets everything, requirements are joined
 * by *and*, and `NotIn` and `DoesNotExist` are met by absence.
 *
 * @param selector absent selects everything as well: on our resources a missing selector is no restriction
 */
export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  // A map, because a label named `constructor` must not be found on every object.
  const present = new Map(Object.entries(labels ?? {}));
  return (
    Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => present.get(key) === value) &&
    (selector?.matchExpressions ?? []).every((requirement) => meets(requirement, present.get(requirement.key)))
  );
}

function meets({ operator, values = [] }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
