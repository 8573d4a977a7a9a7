import { maskText } from '../../base/mask.ts';
import type { Dispatcher } from 'undici';
import type { Clock, Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type {
  CallOptions,
  ClientUsage,
  DesiredClient,
  EnsureResult,
  ObservedClient,
  PanelConnection,
  PanelDriver,
  PanelListing,
  PanelProbe,
  RemoveResult,
  WriteOptions,
} from '../driver.ts';
import { PanelError } from '../errors.ts';
import { parsePanelUrl } from './address.ts';
import { detect, type Detected, type Detection } from './detect.ts';
import { dialectOf, type Dialect } from './dialect.ts';
import { ensureClients } from './ensure.ts';
import { fingerprintOfClient, fingerprintOfDesired } from './fingerprint.ts';
import type { Holdings } from './holdings.ts';
import { identityOf } from './identity.ts';
import { toPanelInbound } from './inbound.ts';
import { asText, firstObject } from './json.ts';
import { legacyEditor } from './legacy.ts';
import { modernEditor } from './modern.ts';
import type { Panel } from './panel.ts';
import { readBack, readHoldings, readSnapshot } from './reader.ts';
import { removeClients, type Removal } from './remove.ts';
import { Session, writeDeadlineMs } from './session.ts';
import { Transport } from './transport.ts';
import { Turn } from './turn.ts';
import { usageOf } from './usage.ts';

export interface DriverDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Sockets of the caller's own, for example of a proxy; `caBundle` is then his affair too. */
  readonly dispatcher?: Dispatcher;
}

/** What one call can settle in a few seconds: a fresh change has to wait for the batch before it. */
const batchSizes = { bulk: 250, single: 100 };
/** From this size on, a batch is mass work and may start from what the batch before it has just read back. */
const massBatch = 50;
const recentMs = 5000;

const coreStates: Readonly<Record<string, PanelProbe['core']['state']>> = {
  running: 'running',
  stop: 'stopped',
  error: 'error',
};

interface Known {
  readonly detection: Detection;
  readonly dialect: Dialect;
}

/**
 * Opens a driver for 3x-ui v2.3 to v3.6. It keeps no connection and says nothing to the panel before its first call.
 *
 * @throws PanelError PANEL_UNREACHABLE or PANEL_CREDENTIALS_INVALID for a URL that cannot be used
 */
export function openThreeXui(connection: PanelConnection, dependencies: DriverDependencies): PanelDriver {
  return new ThreeXuiDriver(connection, dependencies);
}

class ThreeXuiDriver implements PanelDriver {
  readonly writeDeadlineMs = writeDeadlineMs;
  readonly #connection: PanelConnection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #transport: Transport;
  readonly #session: Session;
  #known: Known | undefined;
  #recent: Holdings | undefined;
  #forgetRecent: (() => void) | undefined;

  constructor(connection: PanelConnection, { clock, log, dispatcher }: DriverDependencies) {
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log.child({ panel: connection.name });
    this.#transport = new Transport({
      name: connection.name,
      address: parsePanelUrl(connection.name, connection.url),
      clock,
      ...(connection.caBundle === undefined ? {} : { caBundle: connection.caBundle }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    this.#session = new Session({
      name: connection.name,
      transport: this.#transport,
      credentials: connection.credentials,
      clock,
    });
  }

  get maxBatch(): number {
    const dialect = this.#known?.dialect;
    return dialect === undefined || dialect.hasBulk ? batchSizes.bulk : batchSizes.single;
  }

  async probe(options: CallOptions): Promise<PanelProbe> {
    const { detection, dialect, inboundRows } = await this.#detect(options);
    const snapshot = readSnapshot(inboundRows, this.#session.name, dialect);
    const core = firstObject(detection.status, 'xray');
    const coreVersion = asText(core['version']);
    return {
      product: '3x-ui',
      version: detection.versionText,
      dialect: dialect.name,
      identity: identityOf(detection, snapshot),
      guid: detection.guid,
      inbounds: snapshot.inbounds.map((inbound) => toPanelInbound(inbound, coreVersion)),
      clockSkewMs: this.#session.skewMs,
      ...certificateOf(this.#transport),
      core: {
        state: coreStates[asText(core['state'])] ?? 'unknown',
        version: coreVersion,
        // Xray quotes what it does not like: a private key, a client's UUID.
        message: maskText(asText(core['errorMsg']).trim().slice(0, 500)),
      },
      writable: detection.writable,
      cutsHarmlessly: dialect.limits.cutsHarmlessly,
      losesConcurrentWrites: dialect.generation < 4,
    };
  }

  async list(options: CallOptions): Promise<PanelListing> {
    const { dialect } = await this.#knownOrDetect(options);
    const { snapshot, own, foreign, installationId } = await this.#read(dialect, options);
    const context = { snapshot, dialect, skewMs: this.#session.skewMs, installationId };
    const clients = new Map<string, ObservedClient>();
    for (const client of own.values()) {
      const { email, subscriptionId } = client;
      clients.set(email, { email, subscriptionId, fingerprint: fingerprintOfClient(client, context) });
    }
    return { clients, foreign, usage: usageOf({ snapshot, own }) };
  }

  fingerprint(desired: DesiredClient): string {
    if (this.#known === undefined)
      throw new Error(`panel ${this.#connection.name} must be probed before a fingerprint is asked for`);
    return fingerprintOfDesired(desired, this.#known.dialect);
  }

  async ensure(batch: readonly DesiredClient[], options: WriteOptions): Promise<readonly EnsureResult[]> {
    return this.#write(batch.length, options, (panel, before) => ensureClients(panel, batch, before));
  }

  async remove(batch: readonly Removal[], options: WriteOptions): Promise<readonly RemoveResult[]> {
    return this.#write(batch.length, options, (panel, before) => removeClients(panel, batch, before));
  }

  async usage(options: CallOptions): Promise<ReadonlyMap<string, ClientUsage>> {
    const { dialect } = await this.#knownOrDetect(options);
    return usageOf(await this.#read(dialect, options));
  }

  async restartCore(options: WriteOptions): Promise<void> {
    const { detection } = await this.#writable(options);
    const answer = await this.#session.write(`${detection.serverRoutes}restartXrayService`, {}, options);
    if (answer.success) return;
    throw new PanelError('PANEL_REFUSED', `panel ${this.#connection.name} refused to restart Xray: ${answer.message}`, {
      retry: 'later',
    });
  }

  async close(): Promise<void> {
    this.#remember(undefined);
    await this.#transport.close();
  }

  async #detect({ signal }: CallOptions): Promise<Known & Pick<Detected, 'inboundRows'>> {
    const { detection, inboundRows } = await detect(this.#session, this.#clock, signal);
    const dialect = dialectOf(detection);
    const before = this.#known?.dialect.name;
    if (before !== undefined && before !== dialect.name) {
      this.#log.warn(
        { before, now: dialect.name, version: detection.versionText },
        'the panel has another API than before',
      );
    }
    this.#known = { detection, dialect };
    return { ...this.#known, inboundRows };
  }

  async #knownOrDetect(options: CallOptions): Promise<Known> {
    return this.#known ?? this.#detect(options);
  }

  async #read(dialect: Dialect, options: CallOptions): Promise<Holdings> {
    return readHoldings(this.#session, dialect, this.#connection.installationId, options);
  }

  async #writable(options: CallOptions): Promise<Known> {
    const known = await this.#knownOrDetect(options);
    if (known.detection.writable) return known;
    throw new PanelError(
      'PANEL_UNSUPPORTED',
      `panel ${this.#connection.name} is 3x-ui ${known.detection.versionText ?? 'of an unknown version'}, which this release does not know: it is read, never written; upgrade Wayleave or go back to v3.6`,
      { retry: 'later' },
    );
  }

  /** A panel that is upgraded in place loses the routes that it had: found out again, the same batch is asked once more. */
  async #write<R extends { readonly outcome: string; readonly error?: PanelError }>(
    size: number,
    options: WriteOptions,
    action: (panel: Panel, before: Holdings) => Promise<readonly R[]>,
  ): Promise<readonly R[]> {
    const { dialect } = await this.#writable(options);
    const before = (size >= massBatch ? this.#recent : undefined) ?? (await this.#read(dialect, options));
    this.#remember(undefined);
    const results = await action(this.#panel(dialect, options), before);
    if (!results.some(({ error }) => error?.code === 'PANEL_WRONG_PATH')) return results;
    this.#known = undefined;
    const now = await this.#writable(options);
    if (now.dialect.name === dialect.name) return results;
    return action(this.#panel(now.dialect, options), await this.#read(now.dialect, options));
  }

  #panel(dialect: Dialect, options: WriteOptions): Panel {
    const session = this.#session;
    const context = { dialect, skewMs: session.skewMs, installationId: this.#connection.installationId };
    return {
      name: session.name,
      context,
      editor: dialect.spansInbounds ? modernEditor : legacyEditor,
      newTurn: () => new Turn(session, context, options),
      readBack: async (before, touched) => {
        const after = await readBack(session, dialect, before, touched, options);
        this.#remember(after);
        return after;
      },
    };
  }

  /** Reading thousands of clients before and after each batch would cost more than writing them. */
  #remember(holdings: Holdings | undefined): void {
    this.#forgetRecent?.();
    this.#recent = holdings;
    this.#forgetRecent = undefined;
    if (holdings === undefined) return;
    this.#forgetRecent = this.#clock.schedule(recentMs, () => {
      this.#recent = undefined;
    });
  }
}

function certificateOf({ certificateUntilMs }: Transport): Pick<PanelProbe, 'certificateUntilMs'> {
  return certificateUntilMs === undefined ? {} : { certificateUntilMs };
}
