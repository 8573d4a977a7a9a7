import { type KindCases, nameCase, specCase } from './case.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const endpoint = { address: 'nl.example.com', remark: 'Amsterdam' };

const inbound = { name: 'reality', match: { tag: 'inbound-443' }, endpoints: [endpoint] };

const withInbound = (fields: object) => ({ inbounds: [{ ...inbound, ...fields }] });

const withEndpoint = (fields: object) => withInbound({ endpoints: [{ ...endpoint, ...fields }] });

export const panelCases: KindCases = {
  kind: 'VPNPanel',
  smallest: { url: 'https://panel.example.com:2053/path/', credentialsSecretRef: { name: 'panel' } },
  cases: [
    nameCase,
    specCase('a panel has a URL', {}, { url: null }),
    specCase('its URL is http or https', { url: 'http://192.0.2.7:2053' }, { url: 'ftp://panel.example.com' }),
    specCase('its URL has a host', { url: 'https://[2001:db8::7]:2053/' }, { url: 'https:///path' }),
    specCase('its URL is a URL', {}, { url: 'panel.example.com:2053' }),
    specCase('its URL carries no credentials', {}, { url: 'https://admin@panel.example.com/' }),
    specCase('its URL ends with the base path', {}, { url: 'https://panel.example.com/path/?lang=en' }),
    specCase('the driver is known', { driver: '3x-ui' }, { driver: '4x-ui' }),
    specCase('it names the Secret with its credentials', {}, { credentialsSecretRef: null }),
    specCase(
      'the Secret has the name of a Secret',
      { credentialsSecretRef: { name: 'nl.panel-1' } },
      { credentialsSecretRef: { name: 'Panel_1' } },
    ),
    specCase('caBundle is PEM', { caBundle: certificate }, { caBundle: 'MIIBszCCAVmg' }),
    specCase(
      'caBundle holds no private key',
      { caBundle: certificate + certificate },
      { caBundle: `${certificate}-----BEGIN PRIVATE KEY-----` },
    ),
    specCase('an inbound has a name', { inbounds: [inbound] }, withInbound({ name: 'Reality 443' })),
    specCase(
      'the names of inbounds differ',
      { inbounds: [inbound, { ...inbound, name: 'grpc', match: { remark: 'grpc' } }] },
      { inbounds: [inbound, { ...inbound, match: { remark: 'grpc' } }] },
    ),
    specCase(
      'inbounds match different ones',
      { inbounds: [inbound, { ...inbound, name: 'grpc', match: { remark: 'inbound-443' } }] },
      { inbounds: [inbound, { ...inbound, name: 'grpc' }] },
    ),
    specCase(
      'an inbound matches by tag or remark',
      withInbound({ match: { remark: 'NL' } }),
      withInbound({ match: {} }),
    ),
    specCase(
      'an inbound does not match by both',
      withInbound({ match: { tag: 'inbound-443' } }),
      withInbound({ match: { tag: 'inbound-443', remark: 'NL' } }),
    ),
    specCase('an inbound has endpoints', { inbounds: [inbound] }, withInbound({ endpoints: [] })),
    specCase(
      'an endpoint has a bare address',
      withEndpoint({ address: '2001:db8::7' }),
      withEndpoint({ address: 'https://nl.example.com' }),
    ),
    specCase(
      'an endpoint has its port in its own field',
      withEndpoint({ address: '192.0.2.7', port: 443 }),
      withEndpoint({ address: 'nl.example.com:443' }),
    ),
    specCase(
      'an IPv6 address has no brackets',
      withEndpoint({ address: '2001:db8::7' }),
      withEndpoint({ address: '[2001:db8::7]' }),
    ),
    specCase('an IP address is whole', withEndpoint({ address: '192.0.2.7' }), withEndpoint({ address: '192.0.2' })),
    specCase('a port is one', withEndpoint({ port: 65_535 }), withEndpoint({ port: 65_536 })),
    specCase('a remark is not empty', withEndpoint({ remark: '🇳🇱' }), withEndpoint({ remark: '' })),
    specCase(
      'a remark has at most 128 characters',
      withEndpoint({ remark: 'ü'.repeat(128) }),
      withEndpoint({ remark: 'ü'.repeat(129) }),
    ),
    specCase('a remark is one line', withEndpoint({ remark: 'NL 1' }), withEndpoint({ remark: 'NL\n1' })),
    specCase(
      'a server name is a host name',
      withEndpoint({ serverName: 'www.example.com' }),
      withEndpoint({ serverName: '*.example.com' }),
    ),
    specCase('a location is short', { location: 'Amsterdam' }, { location: 'A'.repeat(65) }),
    specCase('a location is one line', { location: 'Den Haag' }, { location: 'Den\tHaag' }),
    specCase('the mode is known', { mode: 'Observe' }, { mode: 'ReadOnly' }),
    specCase('the scheduling is known', { scheduling: 'Draining' }, { scheduling: 'Drain' }),
    specCase('the capacity is positive', { capacity: { maxClients: 1 } }, { capacity: { maxClients: 0 } }),
    specCase('polls are at least 5 s apart', { pollIntervalSeconds: 5 }, { pollIntervalSeconds: 4 }),
    specCase('polls are at most an hour apart', { pollIntervalSeconds: 3600 }, { pollIntervalSeconds: 3601 }),
  ],
};
