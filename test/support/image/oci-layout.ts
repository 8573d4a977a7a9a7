import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerConfig } from './image-plan.ts';
import type { Blob, Layer } from './layers.ts';

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes an image as the OCI image layout has it, which podman, skopeo, crane, containerd and Docker read.
 *
 * @param folder takes `oci-layout`, `index.json` and `blobs`; the layers' files are moved into it
 * @param seconds when it was made, as it says, as epoch seconds
 * @returns the digest of its manifest, by which registries know it
 */
export async function writeOciLayout(
  folder: string,
  { layers, config, reference, seconds }: OciImage,
): Promise<{ readonly digest: string }> {
  const blobs = path.join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const { file, digest } of layers) await rename(file, path.join(blobs, nameOf(digest)));
  const writeJson = async (value: object): Promise<Omit<Blob, 'file'>> => {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    await writeFile(path.join(blobs, nameOf(digest)), text);
    return { digest, size: Buffer.byteLength(text) };
  };
  const description = await writeJson({
    created: new Date(seconds * 1000).toISOString(),
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = await writeJson({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...description },
    layers: layers.map(({ digest, size }) => ({ mediaType: types.layer, digest, size })),
  });
  const [, tag = 'latest'] = /:([^:/]+)$/.exec(reference) ?? [];
  const annotations = { 'org.opencontainers.image.ref.name': tag, 'io.containerd.image.name': reference };
  const index = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [{ mediaType: types.manifest, ...manifest, annotations }],
  };
  await writeFile(path.join(folder, 'index.json'), JSON.stringify(index));
  await writeFile(path.join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return { digest: manifest.digest };
}

export interface OciImage {
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly config: ContainerConfig;
  /** What to call it, such as `ghcr.io/example/wayleave:0.1.0`. */
  readonly reference: string;
  readonly seconds: number;
}

function nameOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
