import { maskText } from '../../base/mask.ts';
import { lookAround } from '../surroundings.ts';
import { exitCodes, type Host } from '../host.ts';
import { collectStatus } from './facts.ts';
import { statusText } from './text.ts';

export interface StatusSettings {
  readonly json: boolean | undefined;
  readonly databaseUrl: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  readonly data: string | undefined;
}

/** @returns the exit code: 1 when neither the cluster nor Postgres is within reach */
export async function runStatus(host: Host, settings: StatusSettings): Promise<number> {
  const nothing = { directDatabaseUrl: undefined, publicUrl: undefined, telegramApiUrl: undefined };
  const around = await lookAround({ ...settings, ...nothing });
  try {
    const facts = await collectStatus(around);
    host.stdout.write(maskText(settings.json === true ? `${JSON.stringify(facts, null, 2)}\n` : statusText(facts)));
    return 'why' in around.cluster && 'why' in around.database ? exitCodes.failure : exitCodes.success;
  } finally {
    await around.close();
  }
}
