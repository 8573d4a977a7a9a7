import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GuardedProgram } from '../guarded-process.ts';
import { type ContainerConfig, variablesOf } from './image-plan.ts';

/** An unpacked image, and what its containers get from outside. */
export interface Sandbox {
  readonly root: string;
  readonly config: ContainerConfig;
  /** Files by their path in the container, as Secrets are mounted. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * In a mount namespace of its own: the image as the root, all of it read-only, with `/proc` and the devices that every
 * container has; then the program as the user, without any right of root. The network is this machine's.
 */
const enter = `
set -eu
root=$1; user=$2; group=$3; shift 3
mount --bind "$root" "$root"
mount --rbind /proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,ro,bind "$root"
mount -o remount,ro,bind "$root/dev"
`;
const asRoot = 'exec chroot --userspec="$user:$group" --groups="$group" "$root" "$@"';
/** Who is not root becomes another user only in a namespace of users. */
const asSomebody = 'exec unshare --user --map-user="$user" --map-group="$group" --root="$root" --wd=/ -- "$@"';

/** Puts the files of a sandbox into its root, before the root becomes read-only. */
export async function prepareSandbox({ root, files = {} }: Sandbox): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), text, { mode: 0o444 });
  }
}

/**
 * The program that runs a container of the image: its entry point with arguments, as its user, on a read-only root, with its
 * environment and nothing of ours.
 *
 * @param argv what Kubernetes calls `args`
 */
export function inSandbox(
  { root, config }: Sandbox,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): GuardedProgram & { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  return enterWith({ root, config }, [...config.Entrypoint, ...argv], env);
}

/** The same with another program of the image in the place of its entry point. */
export function enterWith(
  { root, config }: Sandbox,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): GuardedProgram & { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const isRoot = process.getuid?.() === 0;
  const [user = '', group = user] = config.User.split(':');
  const script = enter + (isRoot ? asRoot : asSomebody);
  const namespaces = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const own = variablesOf(config);
  return {
    file: 'unshare',
    args: [...namespaces, '--', '/bin/sh', '-c', script, 'enter', root, user, group, ...command],
    // The shell that enters needs mount and chroot; the program gets the image's own path, by `env` below.
    env: { ...own, ...env, PATH: `${own['PATH'] ?? ''}:/usr/sbin:/sbin` },
  };
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of an image to its end. */
export function runToEnd({ file, args, env }: ReturnType<typeof enterWith>): Promise<Said> {
  return new Promise((resolve) => {
    execFile(file, args, { env }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, out, err });
    });
  });
}
