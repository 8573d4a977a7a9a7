import type { Environment } from '../../support/environment.ts';
import type { ShippedProgram } from '../../support/image/shipped-program.ts';

/** What operators of a bench stand on, and what they run. */
export interface OperatorEnvironment extends Environment {
  readonly shipped: ShippedProgram;
}
