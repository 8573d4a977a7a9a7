import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAdmin } from './control-plane-admin.ts';
import { readKubeconfig } from './control-plane-files.ts';
import { startControlPlane, type ControlPlane, type ControlPlaneBinaries } from './control-plane.ts';
import { isRunning } from '../../src/commands/up/processes.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from './toolchain.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

let root: string;
let binaries: ControlPlaneBinaries;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'control-plane-'));
  binaries = await ensureTools(CONTROL_PLANE_TOOLS);
});
afterAll(() => rm(root, { recursive: true }));

async function writeMap(plane: ControlPlane, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  expect(await plane.request('POST', MAPS, { body })).toMatchObject({ status: 201 });
}

describe('a control plane', () => {
  it('keeps its data and its address, serves users by their groups, and ends completely', async () => {
    const directory = path.join(root, 'kept');
    const first = await startControlPlane({ binaries, directory, controllerManager: true });
    await writeMap(first, 'kept');
    await expect(startControlPlane({ binaries, directory })).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });

    const alice = connectAdmin(await readKubeconfig(await first.kubeconfigFor('alice', ['developers'])));
    const whoami = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const review = await alice.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: whoami });
    expect(review.body).toMatchObject({
      status: { userInfo: { username: 'alice', groups: ['developers', 'system:authenticated'] } },
    });
    expect(await alice.request('GET', MAPS)).toMatchObject({ status: 403 });
    await alice.close();

    await first.stop();
    expect(Object.values(first.pids).map(isRunning)).toEqual([false, false, false]);

    const second = await startControlPlane({ binaries, directory });
    expect(second.url).toBe(first.url);
    expect(await second.request('GET', `${MAPS}/kept`)).toMatchObject({ status: 200 });
    await second.stop();
  });

  it('collects what a namespace held', async () => {
    const plane = await startControlPlane({
      binaries,
      directory: path.join(root, 'collected'),
      controllerManager: true,
    });
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } };
    await plane.request('POST', '/api/v1/namespaces', { body });
    await plane.request('DELETE', '/api/v1/namespaces/doomed');
    const status = async (): Promise<number> => (await plane.request('GET', '/api/v1/namespaces/doomed')).status;
    await expect.poll(status, { timeout: 60_000 }).toBe(404);
    await plane.stop();
  });

  it('leaves nothing running when its parent is killed, and continues the data', async () => {
    const directory = path.join(root, 'killed');
    const program = `
      import { startControlPlane } from ${JSON.stringify(new URL('control-plane.ts', import.meta.url).href)};
      const plane = await startControlPlane(${JSON.stringify({ binaries, directory, controllerManager: true })});
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'before' } };
      await plane.request('POST', '${MAPS}', { body });
      console.log(JSON.stringify(plane.pids));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = Object.values(JSON.parse(said.toString()) as Record<string, number>);
    expect(pids).toHaveLength(3);
    parent.kill('SIGKILL');

    const plane = await startControlPlane({ binaries, directory });
    await expect.poll(() => pids.map(isRunning), { timeout: 30_000 }).toEqual([false, false, false]);
    expect(await plane.request('GET', `${MAPS}/before`)).toMatchObject({ status: 200 });
    await plane.stop();
  });

  it('says which program failed, and why', async () => {
    const directory = path.join(root, 'failing');
    const start = startControlPlane({ binaries, directory, apiserverFlags: ['--no-such-flag'] });
    await expect(start).rejects.toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringMatching(/kube-apiserver ended[^]*--no-such-flag/) as string,
    });
    const without = startControlPlane({ binaries: { ...binaries, etcd: '/nonexistent/etcd' }, directory });
    await expect(without).rejects.toMatchObject({
      message: expect.stringMatching(/etcd ended[^]*nonexistent/) as string,
    });
  });
});
