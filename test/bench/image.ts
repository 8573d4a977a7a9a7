import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildProduct } from '../../scripts/build/product.ts';
import { startEnvironment } from '../support/environment.ts';
import { buildImage, unpackImage } from '../support/image/build-image.ts';
import { inSandbox, runToEnd, type Sandbox } from '../support/image/sandbox.ts';
import { services, type ServiceName } from './image/figures.ts';
import { ImageSite } from './image/site.ts';
import { type BenchContext, type Measurement, quantile, rounded } from './measurement.ts';

const root = path.resolve(import.meta.dirname, '../..');
const versions = 20;
const starts = 7;
/** The last starts go on, so that their memory is that of a process at rest. */
const rests = 3;
const restMs = 20_000;

/** The image that `npm run image` builds, run as Kubernetes runs it: another user, a read-only root, its own environment. */
export async function bench(context: BenchContext): Promise<Record<string, Measurement>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-image-'));
  try {
    context.progress('builds the image');
    const bundle = path.join(folder, 'dist');
    await buildProduct({ root, folder: bundle, commit: 'bench' });
    const layout = { folder: path.join(folder, 'image'), reference: 'wayleave:bench', commit: 'bench', seconds: 0 };
    const { size } = await buildImage({ root, bundle, ...layout });
    const unpacked = path.join(folder, 'root');
    const sandbox = { root: unpacked, config: await unpackImage(layout.folder, unpacked) };
    return {
      image_size_mib: { value: rounded(size / 1024 ** 2), unit: 'MiB' },
      image_version_ms: { value: await medianOfVersions(sandbox), unit: 'ms', target: '< 1000' },
      ...(await measureServices(sandbox, context)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function medianOfVersions(sandbox: Sandbox): Promise<number> {
  const tookMs: number[] = [];
  for (let index = 0; index < versions; index += 1) {
    const startedMs = performance.now();
    const { code, err } = await runToEnd(inSandbox(sandbox, ['version']));
    if (code !== 0) throw new Error(`wayleave version ends with ${code}: ${err}`);
    tookMs.push(performance.now() - startedMs);
  }
  return rounded(quantile(tookMs, 0.5));
}

async function measureServices(sandbox: Sandbox, context: BenchContext): Promise<Record<string, Measurement>> {
  const wanted = services.filter((name) => context.wants(readyOf(name)) || context.wants(memoryOf(name)));
  if (wanted.length === 0) return {};
  const environment = await startEnvironment(context.progress);
  const site = await ImageSite.open(environment, sandbox);
  try {
    const measured: Record<string, Measurement> = {};
    for (const name of wanted) {
      context.progress(`starts the ${name} ${starts} times`);
      const { readyMs, restMib } = await measureService(site, name);
      measured[readyOf(name)] = { value: rounded(quantile(readyMs, 0.5)), unit: 'ms', target: '< 1000' };
      measured[memoryOf(name)] = { value: rounded(Math.max(...restMib)), unit: 'MiB', target: '< 110' };
    }
    return measured;
  } finally {
    await site.close();
    await environment.stop();
  }
}

async function measureService(
  site: ImageSite,
  name: ServiceName,
): Promise<{ readonly readyMs: readonly number[]; readonly restMib: readonly number[] }> {
  const readyMs: number[] = [];
  const restMib: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    const container = await site.start(name);
    readyMs.push(container.readyMs);
    if (index >= starts - rests) {
      await delay(restMs);
      restMib.push(await container.residentMib());
    }
    await container.stop();
  }
  return { readyMs, restMib };
}

const readyOf = (name: ServiceName): string => `image_${name}_ready_ms`;
const memoryOf = (name: ServiceName): string => `image_${name}_rss_mib`;
