import type { KubeClient } from '../../../src/kube/index.ts';
import type { Front } from '../../support/front.ts';

/** A port of a Service, and the port of its pods that it leads to. */
export interface Way {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly podPort: number;
}

/** The cluster that the story is played on. */
export interface Ground {
  readonly client: KubeClient;
  /** What every installation and upgrade on it needs, such as the image, as flags of helm. */
  readonly chartFlags: readonly string[];
  /** @returns standard output @throws Error with what helm said if it failed */
  helm(args: readonly string[], values?: object): Promise<string>;
  /** An address on this machine's loopback that leads to a Service, until it is stopped. */
  reach(way: Way): Promise<Front>;
}
