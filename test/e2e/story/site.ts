import { randomBytes, randomInt } from 'node:crypto';
import { outsideName, outsidePorts, panelPath } from './outside-facts.ts';
import type { OwnFacts } from './examples.ts';

export const releaseName = 'wayleave';
/** Marks namespaces that a story made, and may take away again. */
export const storyLabels = { 'app.kubernetes.io/managed-by': 'wayleave-story' } as const;
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

export function shopOf(system: string): string {
  return `${system}-shop`;
}
