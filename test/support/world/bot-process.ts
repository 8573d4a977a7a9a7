import { inject } from 'vitest';
import type { botProcessFailpoints } from '../../../src/commands/bot/failpoints.ts';
import { watchProcess, wayleaveProgram, type WatchedProcess } from './child-process.ts';
import type { World } from './world.ts';

/** Where a kill test ends the bot. */
export type BotPoint = (typeof botProcessFailpoints)[number];

export interface BotProcessOptions {
  readonly telegramUrl: string;
  /** A point, or `point:n` for the n-th time that it is passed. */
  readonly failpoint?: BotPoint | `${BotPoint}:${number}` | '';
  /** `host:port` for webhooks; default: a port that nobody knows. */
  readonly listen?: string;
  /** For replicas that take over from each other by time; otherwise whoever buries a process ends its Leases. */
  readonly shortLease?: boolean;
}

/** Starts the bot as a process of its own, as production does, for a world's namespace only. */
export function spawnBot(world: World, options: BotProcessOptions): WatchedProcess {
  const { telegramUrl, failpoint = '', listen = '127.0.0.1:0', shortLease = false } = options;
  return watchProcess(
    wayleaveProgram('bot', {
      DATABASE_URL: world.databaseUrl,
      KUBECONFIG: inject('kubeconfig'),
      WAYLEAVE_NAMESPACE: world.namespace,
      WAYLEAVE_WATCH_NAMESPACE: world.namespace,
      WAYLEAVE_PUBLIC_URL: 'http://127.0.0.1:8080',
      WAYLEAVE_TELEGRAM_API_URL: telegramUrl,
      WAYLEAVE_LISTEN: listen,
      WAYLEAVE_HEALTH_LISTEN: '127.0.0.1:0',
      WAYLEAVE_LOG_FORMAT: 'json',
      WAYLEAVE_RETRY_PERIOD: '500ms',
      ...(shortLease ? { WAYLEAVE_LEASE_DURATION: '5s', WAYLEAVE_RENEW_DEADLINE: '4s' } : {}),
      WAYLEAVE_FAILPOINT: failpoint,
    }),
  );
}
