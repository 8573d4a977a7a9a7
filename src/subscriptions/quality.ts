/**
 * The weight of one wish in an `Accept` or `Accept-Language` header (RFC 9110 section 12.4.2).
 *
 * @param parameters what stands behind its semicolons
 * @returns 0 to 1; a weight that is none is taken for 1, as if it were not there
 */
export function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const weight = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(parameter)?.[1];
    if (weight !== undefined) return Math.min(1, Number(weight));
  }
  return 1;
}
