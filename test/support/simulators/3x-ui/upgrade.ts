import { clientWire, entryFor, rowOf } from './client-wire.ts';
import { entriesOf, nextId } from './database.ts';
import type { Panel } from './panel.ts';
import { parseVersion } from './version.ts';

/**
 * Turns a running panel into a newer release, with the same port, credentials, inbounds, tags, uuids and counters.
 *
 * Crossing v3.1.0, each client of each inbound becomes a record of its own, by its e-mail. A customer who was one client
 * per inbound becomes several that share a subId and a uuid. Old session cookies still read, but hold no CSRF token.
 */
export async function upgrade(panel: Panel, versionText: string): Promise<void> {
  const from = panel.version;
  panel.version = parseVersion(versionText);
  if (from.generation < 4 && panel.version.generation === 4) adoptClients(panel);
  await panel.restartCore();
}

function adoptClients(panel: Panel): void {
  const { database } = panel;
  for (const inbound of database.inbounds) {
    inbound.settings.clients = entriesOf(inbound).map((entry) => {
      const wire = clientWire(entry);
      const own = entryFor(wire, inbound, panel.version);
      const client = rowOf(nextId(database, 'client'), { ...wire, flow: own.flow ?? '' });
      database.clients.push(client);
      database.links.push({ clientId: client.id, inboundId: inbound.id, flowOverride: own.flow ?? '' });
      return own;
    });
  }
}
