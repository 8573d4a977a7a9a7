/** A 3x-ui release as a number triple. */
export type Version = readonly [major: number, minor: number, patch: number];

/** @returns undefined for text that does not begin like a release, `v` before it or not */
export function parseVersion(text: unknown): Version | undefined {
  const match = typeof text === 'string' ? /^v?(\d+)\.(\d+)\.(\d+)/.exec(text) : null;
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isAtLeast(version: Version, major: number, minor: number, patch: number): boolean {
  const [a, b, c] = version;
  if (a !== major) return a > major;
  if (b !== minor) return b > minor;
  return c >= patch;
}
