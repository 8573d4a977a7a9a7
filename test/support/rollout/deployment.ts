import type { Endpoints } from './endpoints.ts';
import type { Version } from './next-version.ts';
import { Pod, type Part } from './pod.ts';

export interface DeploymentOptions {
  readonly part: Part;
  readonly env: NodeJS.ProcessEnv;
  readonly endpoints: Endpoints;
}

/** Two pods of one part, replaced as Kubernetes does with the chart's strategy: maxSurge 1, maxUnavailable 0. */
export class Deployment {
  readonly #options: DeploymentOptions;
  readonly #pods: Pod[] = [];
  /** Pods that end, beside those that start. */
  readonly #ending: Promise<void>[] = [];
  readonly #following: Promise<void>[] = [];

  constructor(options: DeploymentOptions) {
    this.#options = options;
  }

  get pods(): readonly Pod[] {
    return this.#pods;
  }

  async start(version: Version, replicas = 2): Promise<void> {
    for (let pod = 0; pod < replicas; pod += 1) await this.#add(version);
  }

  /** One after the other: the next one is ready before an old one is asked to end. */
  async roll(version: Version): Promise<void> {
    const before = [...this.#pods];
    for (const old of before) {
      await this.#add(version);
      this.#end(old);
    }
    await this.settled();
  }

  /** What a drained node does: one pod goes, and only then another one comes. @throws Error if none would be left */
  async evictOne(version: Version): Promise<void> {
    if (this.#options.endpoints.size < 2) throw new Error('a PodDisruptionBudget forbids to evict the last ready pod');
    const [evicted] = this.#pods;
    if (evicted !== undefined) this.#end(evicted);
    await this.#add(version);
    await this.settled();
  }

  /** Resolves when every pod that was asked to end has ended in order. */
  async settled(): Promise<void> {
    await Promise.all(this.#ending.splice(0));
  }

  async end(): Promise<void> {
    await Promise.all(this.#pods.splice(0).map((pod) => pod.kill()));
    await Promise.allSettled(this.#ending);
    await Promise.all(this.#following);
  }

  async #add(version: Version): Promise<void> {
    const { part, env, endpoints } = this.#options;
    const pod = await Pod.start({ part, version, env });
    this.#pods.push(pod);
    this.#following.push(endpoints.follow(pod));
    await pod.until('ready', () => endpoints.has(pod));
  }

  #end(pod: Pod): void {
    this.#pods.splice(this.#pods.indexOf(pod), 1);
    const ending = pod.terminate();
    // It is awaited when what starts meanwhile has started.
    ending.catch(() => undefined);
    this.#ending.push(ending);
  }
}
