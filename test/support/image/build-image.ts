import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { layOutBase } from './base.ts';
import { parseDockerfile } from './dockerfile.ts';
import { type Copy, type ContainerConfig, type ImagePlan, planImage } from './image-plan.ts';
import { type Layer, packLayer } from './layers.ts';
import { writeOciLayout } from './oci-layout.ts';

export interface ImageOptions {
  /** The checkout that has the Dockerfile. */
  readonly root: string;
  /** What `npm run build` made. */
  readonly bundle: string;
  /** Takes the OCI layout; emptied first. */
  readonly folder: string;
  readonly reference: string;
  readonly commit: string;
  /** SOURCE_DATE_EPOCH: the time of everything in it. */
  readonly seconds: number;
}

export interface BuiltImage {
  readonly folder: string;
  readonly digest: string;
  readonly config: ContainerConfig;
  /** What a registry would hold and a node would pull, in bytes. */
  readonly size: number;
}

/**
 * Builds the image without a container engine, from the last stage of the Dockerfile: its settings as they stand there,
 * and its COPYs from what this machine has in the place of the other stages. Only the base is another one: see `base.ts`.
 */
export async function buildImage(options: ImageOptions): Promise<BuiltImage> {
  const { root, bundle, folder, reference, commit, seconds } = options;
  const { copies, config } = await readImagePlan(root, commit);
  await rm(folder, { recursive: true, force: true });
  const layOut = path.join(folder, 'lay-out');
  await layOutBase(path.join(layOut, 'base'), process.execPath);
  const layers: Layer[] = [await packLayer(path.join(layOut, 'base'), path.join(folder, 'base.gz'), seconds)];
  for (const [place, copy] of copies.entries()) {
    const content = path.join(layOut, String(place));
    await layOutCopy(copy, content, bundle);
    layers.push(await packLayer(content, path.join(folder, `${place}.gz`), seconds));
  }
  await rm(layOut, { recursive: true });
  const { digest } = await writeOciLayout(folder, { layers, config, reference, seconds });
  return { folder, digest, config, size: layers.reduce((sum, { size }) => sum + size, 0) };
}

/**
 * What the Dockerfile makes of its last base.
 *
 * @param root the checkout that has the Dockerfile
 */
export async function readImagePlan(root: string, commit: string): Promise<ImagePlan> {
  const text = await readFile(path.join(root, 'Dockerfile'), 'utf8');
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const last = parseDockerfile(text, { COMMIT: commit, VERSION: version }).at(-1);
  if (last === undefined) throw new SyntaxError('the Dockerfile has no stage');
  return planImage(last);
}

/** @throws RangeError for what only Docker would have */
async function layOutCopy({ stage, from, to }: Copy, root: string, bundle: string): Promise<void> {
  const known: Readonly<Record<string, string>> = {
    // The pinned Node runs this; image.test.ts holds the Dockerfile to its version.
    'build:/usr/local/bin/node': process.execPath,
    'build:/src/dist': bundle,
  };
  const source = known[`${stage}:${from}`];
  if (source === undefined) throw new RangeError(`COPY --from=${stage} ${from}: build-image.ts knows no such thing`);
  const target = path.join(root, to);
  await mkdir(path.dirname(target), { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
}

/** Writes an image as one file, as `docker save`, `podman save` and `ctr images export` do. */
export async function archiveImage({ folder }: BuiltImage, file: string): Promise<void> {
  const sameEverywhere = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--format=ustar'];
  await promisify(execFile)('tar', ['-C', folder, ...sameEverywhere, '-cf', file, 'oci-layout', 'index.json', 'blobs']);
}

/**
 * Unpacks an image as a container runtime does: the manifest of its index, and its layers one over the other.
 *
 * @returns how it says that it wants to be run
 */
export async function unpackImage(folder: string, target: string): Promise<ContainerConfig> {
  const blob = (digest: string): string => path.join(folder, 'blobs', ...digest.split(':'));
  const readJson = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;
  const index = await readJson<{ manifests: readonly [Descriptor] }>(path.join(folder, 'index.json'));
  const manifest = await readJson<{ config: Descriptor; layers: readonly Descriptor[] }>(
    blob(index.manifests[0].digest),
  );
  await mkdir(target, { recursive: true });
  for (const { digest } of manifest.layers) await promisify(execFile)('tar', ['-C', target, '-xzpf', blob(digest)]);
  return (await readJson<{ config: ContainerConfig }>(blob(manifest.config.digest))).config;
}

interface Descriptor {
  readonly digest: string;
}
