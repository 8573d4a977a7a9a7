import { randomBytes, randomInt } from 'node:crypto';
import type { KubeObject } from '../../../src/kube/index.ts';
import { outsideName, outsidePorts, panelPath } from './outside-facts.ts';
import type { OwnFacts } from './examples.ts';

export const releaseName = 'wayleave';
const storyLabel = 'wayleave.dev/story';
/** Everybody's links begin with it, and nobody resolves it. */
export const publicUrl = 'https://sub.example.com';

/** Where a story takes place, and the secrets of this one time. */
export interface Site extends OwnFacts {
  /** Of the product; `namespace` is the shop's. */
  readonly system: string;
  readonly telegramUrl: string;
}

/** @param system the namespace of the product; the shop's is named after it */
export function makeSite(system: string): Site {
  const namespace = shopOf(system);
  const host = `${outsideName}.${namespace}.svc`;
  return {
    system,
    namespace,
    panelUrl: `http://${host}:${outsidePorts.panel}${panelPath}`,
    telegramUrl: `http://${host}:${outsidePorts.telegram}`,
    panelToken: randomBytes(24).toString('hex'),
    botToken: `${randomInt(1_000_000_000, 9_999_999_999)}:${randomBytes(26).toString('base64url').slice(0, 35)}`,
  };
}

/** Labels by which namespaces and definitions are known as a story's, which may take them away again. */
export function marksOf(system: string): Readonly<Record<string, string>> {
  return { [storyLabel]: system };
}

export function isOfStory({ metadata }: KubeObject, system: string): boolean {
  return metadata.labels?.[storyLabel] === system;
}

export function shopOf(system: string): string {
  return `${system}-shop`;
}
