import { parse as parseYaml } from 'yaml';

import type { ClientCore } from '../../../src/formats/client-core.ts';
import { noticeCredential } from '../../../src/formats/notice.ts';
import { type Customer, serversFor } from './customers.ts';

/** One way of asking, and what must come of it. */
export interface Asking {
  /** A name of a format, as `?format=` takes it. */
  readonly format: FormatName;
  readonly userAgent: string;
  readonly language: (typeof languages)[number];
  /** A device that was never seen. */
  readonly hwid?: string;
}

export const formatNames = ['links', 'plain', 'mihomo', 'sing-box', 'sing-box-legacy', 'xray'] as const;
export type FormatName = (typeof formatNames)[number];

const languages = ['en', 'ru'] as const;

/** One app on each core, and one of which nothing is known. */
const userAgents: ReadonlyMap<string, ClientCore | undefined> = new Map([
  ['v2rayNG/2.3.5', 'xray'],
  ['HiddifyNext/2.5.7 (android) like ClashMeta v2ray sing-box', 'sing-box'],
  ['mihomo/1.19.30', 'mihomo'],
  ['curl/8.7.1', undefined],
]);

const ownCores: Readonly<Record<FormatName, ClientCore | undefined>> = {
  links: undefined,
  plain: undefined,
  mihomo: 'mihomo',
  'sing-box': 'sing-box',
  'sing-box-legacy': 'sing-box',
  xray: 'xray',
};

const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const addressPattern = /[a-z]{2}\d\.servers\.example\.com/g;

/** Every way in which the answers to one address can differ. */
export function askings({ kind }: Customer): readonly Asking[] {
  // A place that nobody has lets the app in; a notice instead of the list is what "full" looks like.
  const devices = kind === 'taken' ? [{}, { hwid: 'a-device-without-a-place' }] : [{}];
  return formatNames.flatMap((format) =>
    // Where the format is of one core, the app makes no difference.
    [...userAgents.keys()]
      .slice(0, ownCores[format] === undefined ? undefined : 1)
      .flatMap((userAgent) =>
        languages.flatMap((language) => devices.map((device) => ({ format, userAgent, language, ...device }))),
      ),
  );
}

/**
 * Why this is not the complete document of this customer and nobody else.
 *
 * @returns undefined when it is
 */
export function faultOfDocument(body: string, customer: Customer, asking: Asking): string | undefined {
  const { format, userAgent, hwid } = asking;
  const text = format === 'links' ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (!isReadable(text, format)) return `no ${format} document`;
  const isFull = customer.kind === 'taken' && hwid !== undefined;
  const wanted = isFull ? [] : serversFor(customer, ownCores[format] ?? userAgents.get(userAgent));
  const found = [...new Set(text.match(addressPattern))];
  if (found.join() !== wanted.join()) return `servers ${found.join()} instead of ${wanted.join()}`;
  const uuids = (text.match(uuidPattern) ?? []).filter((uuid) => uuid !== noticeCredential.uuid);
  const foreign = uuids.find((uuid) => uuid !== customer.uuid);
  if (foreign !== undefined) return `the UUID ${foreign} of somebody else`;
  return uuids.length === wanted.length ? undefined : `${String(uuids.length)} credentials for ${found.join()}`;
}

/**
 * Why a page is not this customer's.
 *
 * @param everyone whose keys must not stand in it, himself excepted
 */
export function faultOfPage(body: string, customer: Customer, everyone: Iterable<Customer>): string | undefined {
  const uuids = new Set(body.match(uuidPattern));
  for (const { uuid, token } of everyone) {
    if (uuid !== customer.uuid && (uuids.has(uuid) || body.includes(token))) return 'the keys of somebody else';
  }
  // Devices are shown by the names that they give themselves.
  if (body.includes('<script>alert')) return 'markup of somebody who asked';
  const found = new Set(body.match(addressPattern));
  const wanted = customer.servers.map(({ address }) => address);
  return wanted.length === found.size && wanted.every((one) => found.has(one))
    ? undefined
    : `a page with the servers ${[...found].join()} instead of ${wanted.join()}`;
}

function isReadable(text: string, format: FormatName): boolean {
  try {
    if (format === 'links' || format === 'plain') return text.split('\n').every((line) => line.startsWith('vless://'));
    return typeof (format === 'mihomo' ? parseYaml(text) : JSON.parse(text)) === 'object';
  } catch {
    return false;
  }
}
