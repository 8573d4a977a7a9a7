import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildProduct } from '../../scripts/build/product.ts';
import { startAuthorizationRecorder, type AuthorizationRecorder } from './authorization-recorder.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { openHelm, type Helm } from './helm.ts';
import { startKubelet, type Kubelet } from './kubelet/kubelet.ts';
import { runPostgres } from './kubelet/postgres-runtime.ts';
import { runProduct } from './kubelet/runtime.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from './toolchain.ts';

/** A cluster in which charts are installed and their pods run: see kubelet/README.md. */
export interface ChartCluster {
  readonly plane: ControlPlane;
  readonly kubelet: Kubelet;
  readonly helm: Helm;
  readonly recorder: AuthorizationRecorder;
  /** Files that go with it. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** What rolls out a chart, and admission as in a hosted cluster. */
const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'job-controller',
  'disruption-controller',
];
const admission = [
  '--enable-admission-plugins=ServiceAccount,OwnerReferencesPermissionEnforcement',
  // Any that is not needed: the flag must not be empty.
  '--disable-admission-plugins=StorageObjectInUseProtection',
];

export async function startChartCluster(): Promise<ChartCluster> {
  const binaries = await ensureTools(CONTROL_PLANE_TOOLS);
  const directory = await mkdtemp(path.join(tmpdir(), `wayleave-test-${process.pid}-`));
  // Postgres runs as another user when we are root and must pass through.
  await chmod(directory, 0o711);
  const stops: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const recorder = await startAuthorizationRecorder(path.join(directory, 'recorder.yaml'));
    stops.push(() => recorder.stop());
    const plane = await startControlPlane({
      binaries,
      directory: path.join(directory, 'kubernetes'),
      apiserverFlags: [...recorder.flags, ...admission],
      controllers,
      controllerManager: true,
    });
    stops.push(() => plane.stop());
    const kubelets = path.join(directory, 'kubelet');
    await mkdir(path.join(kubelets, 'logs'), { recursive: true });
    await writeFile(path.join(kubelets, 'names.json'), '{}');
    const product = path.join(directory, 'product');
    await buildProduct({ root: path.resolve(import.meta.dirname, '../..'), folder: product, commit: 'test' });
    const run = runProduct(product);
    const kubelet = startKubelet({
      admin: plane,
      apiServer: plane.url,
      directory: kubelets,
      // The image decides: PostgreSQL's is PostgreSQL, any other the product.
      runtime: (start) => (start.image.includes('postgres') ? runPostgres(start) : run(start)),
    });
    stops.push(() => kubelet.stop());
    const helm = await openHelm(plane.kubeconfig);
    stops.push(() => helm.close());
    return { plane, kubelet, helm, recorder, directory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
