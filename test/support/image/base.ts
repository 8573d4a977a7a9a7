import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const certificates = '/etc/ssl/certs/ca-certificates.crt';
/** What a container runtime mounts something over. */
const mountPoints = ['dev', 'proc', 'sys', 'tmp', 'run', 'etc', 'var/run', 'home/nonroot'];
/** As in distroless images. */
const people = 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';
const groups = 'root:x:0:\nnonroot:x:65532:\n';

/**
 * Lays out what stands for `gcr.io/distroless/cc`, which a machine without a container engine cannot pull: this machine's
 * own glibc and libstdc++, as far as the program needs them, its CA certificates, and the same user.
 */
export async function layOutBase(root: string, program: string): Promise<void> {
  for (const folder of mountPoints) await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, 'etc/passwd'), people);
  await writeFile(path.join(root, 'etc/group'), groups);
  const files = await librariesOf(program);
  for (const file of existsSync(certificates) ? [...files, certificates] : files) {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(file, target);
  }
}

/** The loader itself and what it would load, with the paths that it looks for them at. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file).toSorted();
}
