import type { DesiredClient, EnsureResult } from '../driver.ts';
import { PanelError } from '../errors.ts';
import { assertOurs, assertValid, resolveInbounds } from './desired.ts';
import type { Unmet } from './editor.ts';
import { fingerprintOfClient, fingerprintOfDesired } from './fingerprint.ts';
import type { Holdings } from './holdings.ts';
import { runRounds, type Item } from './rounds.ts';
import type { Panel } from './panel.ts';

interface EnsureItem extends Item {
  readonly desired: DesiredClient;
  readonly fingerprint: string;
}

/** Makes each client exactly as desired, and believes it only when the inbounds' own settings say so. */
export async function ensureClients(
  panel: Panel,
  batch: readonly DesiredClient[],
  before: Holdings,
): Promise<readonly EnsureResult[]> {
  const { context, editor } = panel;
  const items = batch.map((desired): EnsureItem => {
    const fault = faultOf(() => {
      assertValid(panel.name, desired);
    });
    return {
      desired,
      fingerprint: fingerprintOfDesired(desired, context.dialect),
      changed: false,
      fault,
      hopeless: fault !== undefined,
    };
  });
  const isMet = ({ desired, fingerprint }: EnsureItem, holdings: Holdings): boolean => {
    const own = holdings.own.get(desired.email);
    return (
      own?.subscriptionId === desired.subscriptionId &&
      fingerprintOfClient(own, { snapshot: holdings.snapshot, ...context }) === fingerprint
    );
  };
  const place = ({ desired }: EnsureItem, holdings: Holdings): Unmet => {
    const inbounds = resolveInbounds(panel.name, desired, holdings);
    assertOurs(panel.name, desired, inbounds, context.dialect, holdings);
    return { desired, inbounds };
  };
  const after = await runRounds({
    items,
    holdings: before,
    isMet,
    async many(unmet, holdings, turn) {
      const placed: Unmet[] = [];
      for (const item of unmet) {
        const fault = faultOf(() => placed.push(place(item, holdings)));
        if (fault === undefined) continue;
        item.fault = fault;
        item.hopeless = true;
      }
      await editor.ensureMany(placed, holdings, turn);
    },
    async one(item, holdings, turn) {
      await editor.ensureOne(place(item, holdings), holdings, turn);
    },
    newTurn: panel.newTurn,
    readBack: panel.readBack,
  });
  return items.map((item): EnsureResult => {
    const { email } = item.desired;
    const { fingerprint, changed } = item;
    if (!item.hopeless && isMet(item, after)) return { email, outcome: 'confirmed', changed, fingerprint };
    return { email, outcome: 'failed', error: item.fault ?? notConfirmed(panel.name, email) };
  });
}

function notConfirmed(panel: string, email: string): PanelError {
  return new PanelError(
    'PANEL_NOT_CONFIRMED',
    `panel ${panel} took every change of client ${email}, and yet shows another state: another program may be changing it, see the panel's log`,
    { retry: 'later' },
  );
}

function faultOf(check: () => unknown): PanelError | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof PanelError) return thrown;
    throw thrown;
  }
}
