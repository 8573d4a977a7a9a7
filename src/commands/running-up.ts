import { UsageError } from './usage-error.ts';
import { dataDirectory } from './up/data-directory.ts';
import { resolveDataFolder } from './up/data-option.ts';
import { findRunningUp, type RunningUp } from './up/running.ts';

export interface GivenConnections {
  readonly databaseUrl: string | undefined;
  /** Also for a command that needs no cluster: it says which installation the person means. */
  readonly kubeconfig: string | undefined;
  readonly publicUrl?: string | undefined;
  /** Folder of the "wayleave up" to look for. */
  readonly data: string | undefined;
}

export interface Connections extends FoundConnections {
  readonly databaseUrl: string;
}

export interface FoundConnections {
  readonly databaseUrl: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly publicUrl: string | undefined;
  /** Of the running "wayleave up", if that is what they are of. */
  readonly local: RunningUp | undefined;
  /** Ends the sentence "… is required: " about what is still missing. */
  readonly why: string;
}

/**
 * What was not given is taken from a running "wayleave up", if that is where the rest points to.
 *
 * @throws UsageError when there is no database from either
 */
export async function withRunningUp(given: GivenConnections): Promise<Connections> {
  const { databaseUrl, ...found } = await findConnections(given);
  if (databaseUrl === undefined) throw new UsageError(`--database-url (DATABASE_URL) is required: ${found.why}.`);
  return { ...found, databaseUrl };
}

/** The same for whoever can do something without a database. */
export async function findConnections(given: GivenConnections): Promise<FoundConnections> {
  const folder = resolveDataFolder(given.data);
  const running = await findRunningUp(dataDirectory(folder));
  const isSameCluster = given.kubeconfig === undefined || given.kubeconfig === running?.kubeconfig;
  const local = isSameCluster ? running : undefined;
  const databaseUrl = given.databaseUrl ?? local?.databaseUrl;
  const why =
    running === undefined
      ? `no "wayleave up" runs on ${folder} that would bring it: start it with "npm start", or name its --data`
      : `KUBECONFIG (${given.kubeconfig ?? ''}) is not the cluster of the running "wayleave up" (${running.kubeconfig}): unset it, or give every setting`;
  const publicUrl = given.publicUrl ?? local?.publicUrl;
  return { databaseUrl, publicUrl, kubeconfig: given.kubeconfig ?? local?.kubeconfig, local, why };
}
