import path from 'node:path';
import { buildProduct } from '../../../scripts/build/product.ts';
import { readImagePlan } from './build-image.ts';
import { variablesOf } from './image-plan.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** How to run by this very Node what production runs: put a command behind the arguments. */
export interface ShippedProgram {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Builds the bundle of the image, and reads from the Dockerfile with which flags and variables it runs there.
 *
 * @param folder takes the bundle; emptied first
 */
export async function buildShippedProgram(folder: string): Promise<ShippedProgram> {
  await buildProduct({ root, folder, commit: 'bench' });
  const { config } = await readImagePlan(root, 'bench');
  const [, ...words] = config.Entrypoint;
  const program = words.pop();
  if (program === undefined) throw new SyntaxError('the entry point of the Dockerfile names no program');
  const { PATH: _, ...env } = variablesOf(config);
  return { args: [...words, path.join(folder, path.basename(program))], env };
}
