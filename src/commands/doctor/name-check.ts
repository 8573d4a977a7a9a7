import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeError } from '../../base/errors.ts';
import { ok, warn, type Check } from './finding.ts';
import type { Surroundings } from '../surroundings.ts';

/** Whether every name that we are told to connect to has an address. */
export function nameCheck({ databaseUrl, publicUrl, telegramApiUrl, panels, shops }: Surroundings): Check {
  const urls = [
    databaseUrl ?? [],
    publicUrl ?? [],
    telegramApiUrl,
    'it' in panels ? panels.it.map(({ spec }) => spec.url) : [],
    'it' in shops ? shops.it.flatMap(({ spec }) => [spec.publicUrl ?? [], spec.bot.webhookUrl ?? []].flat()) : [],
  ].flat();
  const hosts = new Set(
    urls.flatMap((url) => (URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$/g, '') : [])),
  );
  const names = [...hosts].filter((host) => host !== '' && isIP(host) === 0);
  return {
    name: 'names',
    look: async () => {
      const failures = await Promise.all(
        names.map((name) =>
          lookup(name).then(
            () => [],
            (thrown: unknown) => [
              warn(
                `${name} does not resolve here: ${describeError(thrown)}`,
                'correct the name, or the DNS that pods and this machine use',
              ),
            ],
          ),
        ),
      );
      const wrong = failures.flat();
      return wrong.length > 0
        ? wrong
        : [ok(names.length === 0 ? 'there are none to resolve' : `${String(names.length)} resolve`)];
    },
  };
}
