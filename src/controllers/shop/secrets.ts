import type { VPNShop } from '../../api/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import { secrets, type Secret } from '../kube-resources.ts';

/** The Secrets that a shop names, by name; undefined is what the API server says does not exist. */
export type ShopSecrets = ReadonlyMap<string, Secret | undefined>;

/**
 * Reads them anew: there is no watch on Secrets, so that the bot needs no right to list those of others.
 *
 * @throws KubeError when the API server does not answer: that says nothing about the Secrets
 */
export async function readShopSecrets(client: KubeClient, { metadata, spec }: VPNShop): Promise<ShopSecrets> {
  const ofMethods = spec.payments.methods.flatMap(({ secretRef }) => (secretRef === undefined ? [] : [secretRef.name]));
  const names = new Set([spec.bot.tokenSecretRef.name, ...ofMethods]);
  const read = async (name: string): Promise<[string, Secret | undefined]> => [
    name,
    await client.find<Secret>(secrets, metadata.namespace, name),
  ];
  return new Map(await Promise.all(Array.from(names, read)));
}

/** A value without the line break that most editors and `base64` leave at its end; empty when there is none. */
export function valueOf(secret: Secret, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64')
    .toString('utf8')
    .trim();
}
