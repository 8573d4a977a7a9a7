import { lockoutOf } from '../../../src/formats/client-core.ts';
import type { Endpoint, VlessEndpoint } from '../../../src/formats/endpoint.ts';
import type { SubscriptionFormat, SubscriptionServer, SubscriptionView } from '../../../src/formats/format.ts';
import { subscriptionFormats } from '../../../src/formats/formats.ts';

export const uuid = '5783a3e7-e373-51cd-8642-c83782b807c5';

export function formatNamed(name: string): SubscriptionFormat {
  const format = subscriptionFormats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`there is no format ${name}`);
  return format;
}

/** What the service hands to a format: the servers that its apps can use. */
export function viewFor(
  format: SubscriptionFormat,
  endpoints: readonly Endpoint[],
  { title = 'Wayleave', notices = [] }: { readonly title?: string; readonly notices?: readonly string[] } = {},
): SubscriptionView {
  const servers = endpoints
    .filter((endpoint) => format.core === undefined || lockoutOf(endpoint, format.core) === undefined)
    .map((endpoint): SubscriptionServer => ({ endpoint, credential: { uuid } }));
  return { title, notices, servers };
}

/** Remarks as people and panels write them. Two are the same, and some are the words of the programs themselves. */
export const hostileRemarks: readonly string[] = [
  '🇳🇱 Амстердам ⚡',
  '🇳🇱 Амстердам ⚡',
  `"quoted" 'twice' \\back\\slash`,
  '- yaml: {list: [1, 2]} # comment',
  'yes',
  'null',
  '2351e1',
  '~',
  '*anchor &alias !tag %directive @at `tick`',
  'line\nbreak\u0000\u2028and\ttab',
  '   ',
  '',
  'half an emoji \ud83d',
  'DIRECT',
  'direct',
  'REJECT',
  'GLOBAL',
  '⚡ Auto',
  'Wayleave',
  'proxy',
  'a,b,no-resolve',
  '${HOME} $(id) {{template}}',
  '100 % +1 &amp; <b>',
  'עברית \u202e‏ عربي',
  'x'.repeat(300),
];

export const hostileAddresses: readonly string[] = [
  'nl1.example.com',
  '203.0.113.7',
  '2001:db8::7',
  '::ffff:203.0.113.7',
  'пример.рф',
  'münchen.example',
  'xn--e1afmkfd.xn--p1ai',
];

/** The given endpoints, over and over up to `count`, under hostile names and addresses. */
export function hostile(endpoints: readonly VlessEndpoint[], count: number): readonly VlessEndpoint[] {
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
  return Array.from({ length: count }, (_, index) => ({
    ...at(endpoints, index),
    remark: at(hostileRemarks, index),
    address: at(hostileAddresses, index),
    port: (index * 1301) % 65_535 || 1,
  }));
}
