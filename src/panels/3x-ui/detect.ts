import { sleep, type Clock } from '../../base/clock.ts';
import { PanelError } from '../errors.ts';
import { asObject, type JsonObject } from './json.ts';
import type { Session } from './session.ts';
import { isAtLeast, parseVersion, type Version } from './version.ts';

/** API generations of 3x-ui: v2.3.0 to v2.8.3, v2.8.4 to v2.9.4, v3.0.x, and from v3.1.0 on. */
export type Generation = 1 | 2 | 3 | 4;

/** What a panel is, found by asking it. */
export interface Detection {
  readonly generation: Generation;
  /** As the panel says; null below v3.1, which does not tell. */
  readonly versionText: string | null;
  readonly version: Version | undefined;
  readonly guid: string | null;
  /** The whole of `server/status`. */
  readonly status: JsonObject;
  /** Where routes of the server itself are: `panel/api/server/`, below v2.7 `server/`. */
  readonly serverRoutes: string;
  /** Whether this release knows the version well enough to write to it. */
  readonly writable: boolean;
}

export interface Detected {
  readonly detection: Detection;
  /**
   * `GET panel/api/inbounds/list`: the first call that needs a login, and what a probe is about. With all clients, so
   * nobody should keep it.
   */
  readonly inboundRows: unknown;
}

/**
 * Finds out which API a panel has (panels.md 1.2). There is no version without a login, and below v3.1 not with one
 * either, so the routes themselves are asked.
 *
 * @throws PanelError with what is wrong: address, certificate, base path, credentials, second factor, scope, no panel
 */
export async function detect(session: Session, clock: Clock, signal: AbortSignal): Promise<Detected> {
  session.forgetSkew();
  const csrf = session.byToken ? true : await session.hasCsrf(signal);
  const inboundRows = await firstReading(session, signal);
  const hasClientsApi = (await session.readIfThere('panel/api/inbounds/options', { signal })) !== undefined;
  const { status, serverRoutes } = await readStatus(session, clock, signal);
  const versionText =
    typeof status['panelVersion'] === 'string' && status['panelVersion'] !== '' ? status['panelVersion'] : null;
  const version = parseVersion(versionText);
  const generation = hasClientsApi ? 4 : csrf ? 3 : await olderGeneration(session, signal);
  const detection: Detection = {
    generation,
    versionText,
    version,
    guid: typeof status['panelGuid'] === 'string' && status['panelGuid'] !== '' ? status['panelGuid'] : null,
    status,
    serverRoutes,
    writable: isKnown(generation, versionText, version),
  };
  return { detection, inboundRows };
}

/** The releases whose behaviour was read or run; a newer one may have changed what a write does. */
function isKnown(generation: Generation, text: string | null, version: Version | undefined): boolean {
  if (generation < 4) return text === null || (version !== undefined && !isAtLeast(version, 3, 1, 0));
  return version !== undefined && isAtLeast(version, 3, 1, 0) && !isAtLeast(version, 3, 7, 0);
}

async function firstReading(session: Session, signal: AbortSignal): Promise<unknown> {
  try {
    return await session.read('panel/api/inbounds/list', { signal });
  } catch (thrown) {
    if (!session.byToken || !(thrown instanceof PanelError)) throw thrown;
    if (thrown.code !== 'PANEL_WRONG_PATH' && thrown.code !== 'PANEL_CREDENTIALS_REFUSED') throw thrown;
    throw await explainRefusedToken(session, signal, thrown);
  }
}

/** v2 knows no tokens, and v3.0 hides a refused one behind 404: say which, for the ways to mend it differ. */
async function explainRefusedToken(session: Session, signal: AbortSignal, refusal: PanelError): Promise<PanelError> {
  if (await session.hasCsrf(signal)) {
    if (refusal.code === 'PANEL_CREDENTIALS_REFUSED') return refusal;
    return new PanelError(
      'PANEL_CREDENTIALS_REFUSED',
      `panel ${session.name} refuses the API token: put a valid one into its Secret`,
      { retry: 'later', cause: refusal },
    );
  }
  if (!(await session.looksLikePanel(signal))) return refusal;
  return new PanelError(
    'PANEL_CREDENTIALS_INVALID',
    `panel ${session.name} is a 3x-ui below v3, which has no API tokens: put username and password into its Secret`,
    { retry: 'later', cause: refusal },
  );
}

/** A panel knows its status two seconds after its start; until then the answer is a success without content. */
const warmUp = { tries: 8, pauseMs: 500 };

async function readStatus(
  session: Session,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<Detection, 'status' | 'serverRoutes'>> {
  for (let tries = 0; tries < warmUp.tries && !signal.aborted; tries += 1) {
    if (tries > 0) await sleep(clock, warmUp.pauseMs, signal);
    const now = await session.readIfThere('panel/api/server/status', { signal });
    const old = now === undefined ? await session.readIfThere('server/status', { signal, method: 'POST' }) : undefined;
    const status = asObject(now ?? old);
    if (status !== undefined) return { status, serverRoutes: now === undefined ? 'server/' : 'panel/api/server/' };
    if (now === undefined && old === undefined) {
      throw new PanelError(
        'PANEL_NONSENSE',
        `panel ${session.name} has inbounds like a 3x-ui, but tells no status like one`,
        {
          retry: 'later',
        },
      );
    }
  }
  throw new PanelError(
    'PANEL_UNREACHABLE',
    `panel ${session.name} does not know its own status yet: it has only just started`,
    {
      retry: 'later',
    },
  );
}

/** Whoever has not logged in gets 401 from the oldest panels and an empty 404 from v2.8.4 on. */
async function olderGeneration(session: Session, signal: AbortSignal): Promise<1 | 2> {
  return (await session.statusForStrangers('panel/api/inbounds/list', signal)) === 404 ? 2 : 1;
}
