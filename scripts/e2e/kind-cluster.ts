import path from 'node:path';
import { CommandError } from '../../src/commands/command-error.ts';
import { runProgram } from '../../src/commands/up/run-program.ts';
import { archiveImage, buildImage } from '../../test/support/image/build-image.ts';
import { buildProduct, headOf } from '../build/product.ts';
import type { KindArguments } from './arguments.ts';

const root = path.resolve(import.meta.dirname, '../..');
const minute = 60_000;

/** `localhost` is no registry: a node that has not got it says so at once. */
export const kindImage = { repository: 'localhost/wayleave', tag: 'e2e', digest: '' } as const;
const reference = `${kindImage.repository}:${kindImage.tag}`;

/** An image that is ready for `kind load`. */
export interface LoadableImage {
  readonly say: string;
  readonly load: readonly string[];
}

/**
 * Builds the image: on Linux without an engine, from what this machine has; elsewhere by Docker, which is slower and
 * downloads the bases.
 */
export async function buildLoadableImage(folder: string): Promise<LoadableImage> {
  if (process.platform !== 'linux') {
    await run('docker', ['build', '--tag', reference, root], 20 * minute);
    return { say: `${reference}, by Docker`, load: ['docker-image', reference] };
  }
  const bundle = path.join(folder, 'dist');
  const { commit, seconds } = headOf(root);
  await buildProduct({ root, folder: bundle, commit });
  const image = await buildImage({ root, bundle, folder: path.join(folder, 'image'), reference, commit, seconds });
  const archive = path.join(folder, 'image.tar');
  await archiveImage(image, archive);
  return { say: `${reference}, ${(image.size / 1024 ** 2).toFixed(0)} MiB`, load: ['image-archive', archive] };
}

/** @throws CommandError when there is one of that name, which may be somebody's */
export async function refuseExisting(name: string): Promise<void> {
  const existing = await run('kind', ['get', 'clusters'], minute);
  if (existing.split('\n').includes(name)) {
    throw new CommandError(
      `there is a kind cluster ${name} already, of another run or of one that was killed: "kind delete cluster --name ${name}" takes it away, --name takes another name`,
      { retry: 'never' },
    );
  }
}

/** @throws CommandError with kind's own last words; nodes may be there then, and want to be deleted */
export async function createKindCluster({ name, nodeImage }: KindArguments, kubeconfig: string): Promise<void> {
  const image = nodeImage === undefined ? [] : ['--image', nodeImage];
  const args = ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '5m', ...image];
  await run('kind', args, 15 * minute);
}

export async function loadImage(name: string, { load }: LoadableImage): Promise<void> {
  await run('kind', ['load', ...load, '--name', name], 5 * minute);
}

export async function deleteKindCluster(name: string, kubeconfig: string): Promise<void> {
  await run('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], 2 * minute);
}

async function run(file: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(file, args, timeoutMs);
  if (exitCode === 0) return stdout;
  const words = stderr.trim().split('\n').slice(-5).join(' ');
  throw new CommandError(`"${file} ${args.slice(0, 3).join(' ')}" failed: ${words}`, { retry: 'later' });
}
