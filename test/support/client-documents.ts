import { parse, stringify } from 'yaml';
import { parseVlessLink } from '../../src/formats/parse-vless-link.ts';
import type { ToolName } from './toolchain.ts';
import { clientConfig } from './xray-client.ts';

/** How a real client program takes the documents of one of our formats. */
export interface ClientProgram {
  /** As in `?format=`. */
  readonly format: string;
  readonly tool: ToolName;
  /** Configurations for the program in one document: Xray's list and lists of links hold one for each server. */
  readonly configsIn: (document: string) => readonly string[];
  /**
   * All of them as one, so that one look of the parser is enough. Only Xray has a use for it: what differs between its
   * configurations is the first outbound, and one configuration may have many.
   */
  readonly mergedFrom: (configs: readonly string[]) => string;
  /**
   * Makes a configuration run on a machine of tests: its proxy listens on `port` of the loopback and nothing else
   * listens, and it takes over no network, which needs rights. What the customer's app would do with a connection that
   * it was handed stays as it is.
   */
  readonly adapted: (config: string, port: number) => string;
  readonly checkArguments: (file: string, folder: string) => readonly string[];
  readonly runArguments: (file: string, folder: string) => readonly string[];
}

type Fields = Record<string, unknown>;

const only = ([config, ...more]: readonly string[]): string => {
  if (config === undefined || more.length > 0) throw new Error('one configuration was expected');
  return config;
};

const xray = {
  mergedFrom: (configs: readonly string[]): string => {
    const all = configs.map((config) => JSON.parse(config) as Fields & { outbounds: Fields[] });
    const outbounds = all.flatMap((config, index) =>
      config.outbounds.map((outbound, at) => ({ ...outbound, tag: `${String(outbound['tag'])} ${index} ${at}` })),
    );
    // The first two outbounds keep the names that rules point at.
    return JSON.stringify({ ...all[0], outbounds: [...(all[0]?.outbounds ?? []), ...outbounds] });
  },
  adapted: (config: string, port: number): string => {
    const inbounds = [{ listen: '127.0.0.1', port, protocol: 'http' }];
    return JSON.stringify({ ...(JSON.parse(config) as Fields), inbounds });
  },
  checkArguments: (file: string): readonly string[] => ['run', '-test', '-c', file],
  runArguments: (file: string): readonly string[] => ['run', '-c', file],
};

/** Of a list of links, what an app with Xray inside makes of it: a configuration of its own for each, nothing of Telegram's. */
const configsOfLinks = (list: string): readonly string[] =>
  list
    .split('\n')
    .filter((link) => link !== '' && !link.startsWith('tg://'))
    .map(configOfLink);

const configOfLink = (link: string): string => {
  // Both have to understand it: our parser is as strict as the strictest app, the other one reads what Xray needs.
  parseVlessLink(link);
  return JSON.stringify(clientConfig(link, 10_808));
};

const singBox = {
  configsIn: (document: string): readonly string[] => [document],
  mergedFrom: only,
  adapted: (config: string, port: number): string => {
    const inbounds = [{ type: 'mixed', tag: 'mixed', listen: '127.0.0.1', listen_port: port }];
    return JSON.stringify({ ...(JSON.parse(config) as Fields), inbounds });
  },
  checkArguments: (file: string, folder: string): readonly string[] => ['check', '-c', file, '-D', folder],
  runArguments: (file: string, folder: string): readonly string[] => ['run', '-c', file, '-D', folder],
};

const xrayFamilies = {
  links: (document: string): readonly string[] => configsOfLinks(Buffer.from(document, 'base64').toString('utf8')),
  plain: configsOfLinks,
  xray: (document: string): readonly string[] => (JSON.parse(document) as unknown[]).map((one) => JSON.stringify(one)),
};

/** Every format with every real program that its documents are for. */
export const clientPrograms: readonly ClientProgram[] = [
  ...Object.entries(xrayFamilies).flatMap(([format, configsIn]) =>
    (['xray', 'xray-next'] as const).map((tool) => ({ format, tool, configsIn, ...xray })),
  ),
  {
    format: 'mihomo',
    tool: 'mihomo',
    configsIn: (document) => [document],
    mergedFrom: only,
    adapted: (config, port) => {
      const { tun: _tun, ...rest } = parse(config) as Fields;
      return stringify({ ...rest, 'mixed-port': port }, { defaultStringType: 'QUOTE_DOUBLE' });
    },
    checkArguments: (file, folder) => ['-t', '-d', folder, '-f', file],
    runArguments: (file, folder) => ['-d', folder, '-f', file],
  },
  { format: 'sing-box', tool: 'sing-box', ...singBox },
  { format: 'sing-box-legacy', tool: 'sing-box-legacy', ...singBox },
];
