import path from 'node:path';
import { startGuarded } from '../guarded-process.ts';

export interface ContainerStart {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of each volume. */
  readonly folders: ReadonlyMap<string, string>;
  readonly podIP: string;
  readonly logFile: string;
  readonly graceMs: number;
}

export interface RunningContainer {
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  /** Answers an exec probe. */
  isWell?(): Promise<boolean>;
}

/** Starts what an image stands for. */
export type Runtime = (start: ContainerStart) => Promise<RunningContainer>;

const names = path.join(import.meta.dirname, 'service-names.mjs');

/** Where the image has Node. */
const imageNode = '/usr/local/bin/node';

/**
 * Runs what production runs, by this very Node, for any image: the product, or another program for the image's Node where
 * the container's command says so. The container's variables are all that it has.
 */
export function runProduct(folder: string): Runtime {
  return ({ command, args, env, logFile, graceMs }) => {
    const [program = imageNode, ...words] =
      command.length > 0 ? command : [imageNode, path.join(folder, 'wayleave.mjs')];
    if (program !== imageNode) throw new Error(`there is no ${program} in the image`);
    return startGuarded({
      file: process.execPath,
      args: [...words, ...args],
      env: { ...env, NODE_OPTIONS: `--import=${names} ${env['NODE_OPTIONS'] ?? ''}` },
      logFile,
      graceMs,
    });
  };
}
