import { parseTokenKeys, type Store } from '../../store/index.ts';
import {
  carriesNotifications,
  checkTokenKeys,
  inspectRoles,
  inspectSchema,
  inspectServer,
  lostTokenKeys,
} from '../../store/index.ts';
import { outboxBacklog } from '../../ledger/index.ts';
import { secrets, type Secret } from '../../controllers/kube-resources.ts';
import { tokenKeySecretName } from '../../controllers/token-keys.ts';
import { spanText } from '../ledger/words.ts';
import { fail, ok, outOfReach, skip, warn, type Check, type Seen } from './finding.ts';
import type { Surroundings } from '../surroundings.ts';

const names = ['schema', 'roles', 'notifications', 'connections', 'outbox'];
/** Below a tenth of all, and below this many, the next replica does not get in. */
const fewConnections = 10;
/** What is carried into the cluster takes seconds; whatever is older has failed again and again. */
const oldestWorkSeconds = 300;

export function databaseChecks(around: Surroundings): readonly Check[] {
  const { database, databaseUrl } = around;
  if ('why' in database) {
    const seen = databaseUrl === undefined ? skip(database.why) : fail(database.why);
    return [
      { name: 'database', look: () => Promise.resolve([seen]) },
      ...[...names, 'token key'].map((name) => outOfReach(name, 'the database is out of reach')),
    ];
  }
  const store = database.it;
  return [
    { name: 'database', look: async () => [ok(`PostgreSQL ${(await inspectServer(store)).version}, takes writes`)] },
    { name: 'schema', look: async () => [await lookAtSchema(store)] },
    { name: 'roles', look: () => lookAtRoles(store) },
    { name: 'notifications', look: async () => [await lookAtNotifications(around, store)] },
    { name: 'connections', look: async () => [await lookAtConnections(store)] },
    { name: 'outbox', look: () => lookAtOutbox(store) },
    tokenKeyCheck(around, store),
  ];
}

async function lookAtSchema(store: Store): Promise<Seen> {
  const { version, problem } = await inspectSchema(store);
  if (problem !== undefined) return fail(problem, 'run "wayleave migrate" of the version that is to run');
  return ok(version ?? '');
}

async function lookAtRoles(store: Store): Promise<readonly Seen[]> {
  const wrong = (await inspectRoles(store)).flatMap(({ role, exists, missing }): Seen[] => {
    if (!exists) {
      return [
        warn(
          `role ${role} does not exist`,
          'only needed where parts log in as users of their own: migrate as an owner of the schema',
        ),
      ];
    }
    if (missing.length === 0) return [];
    const some = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`;
    return [fail(`role ${role} lacks ${some}`, 'run "wayleave migrate" of this version')];
  });
  return wrong.length > 0 ? wrong : [ok('each part has its rights')];
}

async function lookAtNotifications({ listenDatabaseUrl, clock }: Surroundings, store: Store): Promise<Seen> {
  if (listenDatabaseUrl === undefined) return skip('no database URL is given');
  if (await carriesNotifications(listenDatabaseUrl, store, clock)) return ok('come through');
  const mend = 'a pooler loses them: give Postgres itself as --direct-database-url (DATABASE_DIRECT_URL)';
  return fail('what is listened for does not come', mend);
}

async function lookAtConnections(store: Store): Promise<Seen> {
  const { connections, mostConnections, databaseBytes } = await inspectServer(store);
  const free = mostConnections - connections;
  const says = `${String(connections)} of ${String(mostConnections)} in use; the database has ${sizeText(databaseBytes)}`;
  if (free >= Math.max(fewConnections, mostConnections / 10)) return ok(says);
  return warn(says, 'raise max_connections, put a pooler in front, or lower --database-connections');
}

async function lookAtOutbox(store: Store): Promise<readonly Seen[]> {
  const late = (await outboxBacklog(store)).filter(({ oldestSeconds }) => oldestSeconds > oldestWorkSeconds);
  if (late.length === 0) return [ok('nothing waits for long')];
  return late.map(({ topic, depth, oldestSeconds }) =>
    warn(
      `${String(depth)} of ${topic} wait, the oldest for ${spanText(oldestSeconds)}`,
      'see the log of the bot: it says why',
    ),
  );
}

/** Without the right key nobody gets an address any more, and nobody can be told his own again. */
function tokenKeyCheck({ cluster, namespace }: Surroundings, store: Store): Check {
  const name = 'token key';
  if ('why' in cluster) return outOfReach(name, 'the cluster is out of reach');
  return {
    name,
    look: async (signal) => {
      const secret = await cluster.it.find<Secret>(secrets, namespace, tokenKeySecretName, { signal });
      const restore = `restore Secret ${namespace}/${tokenKeySecretName} from the backup`;
      if (secret === undefined) return [warn('is not there yet', `new: the operator makes it; otherwise ${restore}`)];
      const keys = parseTokenKeys(secret.data ?? {});
      await checkTokenKeys(store, keys);
      const lost = await lostTokenKeys(store, keys);
      if (lost.length === 0) return [ok('is that of all addresses')];
      return [fail(`key ${lost.join(', ')} is gone, and addresses that were made under it cannot be shown`, restore)];
    },
  };
}

function sizeText(bytes: bigint): string {
  const mebibytes = Number(bytes) / 1024 ** 2;
  return mebibytes < 1024 ? `${mebibytes.toFixed(0)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
