import type { ClientCore } from '../formats/client-core.ts';
import { type Language, texts } from './languages.ts';
import type { Standing } from './standing.ts';

/** Apps that are named to customers whose own app cannot use their servers, by what they run on. Most have one of these. */
const appsOfCore: Readonly<Record<ClientCore, string>> = {
  xray: 'Happ, v2rayNG, v2RayTun',
  mihomo: 'FlClash, Clash Verge',
  'sing-box': 'Hiddify, sing-box',
};

/** The sentences that stand before the servers. */
export function noticesFor(standing: Standing, language: Language): readonly string[] {
  return standing === 'active' || standing === 'unknown' ? [] : [texts[language].notices[standing]];
}

/** @param cores those that can use at least one of the servers, the best known first */
export function unusableNotice(cores: readonly ClientCore[], language: Language): string {
  const [core] = cores;
  const { takeAnotherApp, noAppCanUseThem } = texts[language];
  return core === undefined ? noAppCanUseThem : takeAnotherApp(appsOfCore[core]);
}
