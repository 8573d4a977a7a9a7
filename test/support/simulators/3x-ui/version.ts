/** API generations: panels.md 1.1 in the project's reference, G1 to G4. */
export type Generation = 1 | 2 | 3 | 4;

/** A 3x-ui release and what changed with it, as questions. */
export interface PanelVersion {
  readonly text: string;
  readonly generation: Generation;
  /** Compares numerically: `atLeast('3.10.0')` is true of 3.11.0 and false of 3.9.9. */
  atLeast(other: string): boolean;
  /** Version of the Xray core that this release is shipped with. */
  readonly bundledCore: string;
}

const bundledCores: readonly (readonly [since: string, core: string])[] = [
  ['3.6.0', '26.7.28'],
  ['3.5.0', '26.7.11'],
  ['3.4.0', '26.6.27'],
  ['3.1.0', '26.5.9'],
  ['2.9.0', '26.4.25'],
  ['0.0.0', '26.2.6'],
];

export function parseVersion(text: string): PanelVersion {
  const atLeast = (other: string): boolean => compareVersions(text, other) >= 0;
  const generation: Generation = atLeast('3.1.0') ? 4 : atLeast('3.0.0') ? 3 : atLeast('2.8.4') ? 2 : 1;
  const bundledCore = bundledCores.find(([since]) => atLeast(since))?.[1] ?? '1.8.0';
  return { text, generation, atLeast, bundledCore };
}

function compareVersions(left: string, right: string): number {
  const numbers = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
