import { operatorProgram } from '../operator-program.ts';
import { watchProcess, wayleaveProgram, type WatchedProcess } from '../world/child-process.ts';

export interface PartsSettings {
  readonly kubeconfig: string;
  readonly databaseUrl: string;
  readonly namespace: string;
  /** Where phones ask, before and after. */
  readonly servicePort: number;
  readonly telegramUrl: string;
}

const quickly = { WAYLEAVE_RETRY_PERIOD: '500ms' } as const;

export const publicUrlOf = ({ servicePort }: Pick<PartsSettings, 'servicePort'>): string =>
  `http://127.0.0.1:${String(servicePort)}`;

export function startOperator(settings: PartsSettings): WatchedProcess {
  const program = operatorProgram(settings);
  const env = { ...program.env, ...quickly, WAYLEAVE_PUBLIC_URL: publicUrlOf(settings) };
  return watchProcess({ ...program, env });
}

export function startBot(settings: PartsSettings): WatchedProcess {
  return watchProcess(
    wayleaveProgram('bot', {
      ...common(settings),
      ...quickly,
      KUBECONFIG: settings.kubeconfig,
      WAYLEAVE_NAMESPACE: settings.namespace,
      WAYLEAVE_WATCH_NAMESPACE: settings.namespace,
      WAYLEAVE_TELEGRAM_API_URL: settings.telegramUrl,
      WAYLEAVE_LISTEN: '127.0.0.1:0',
    }),
  );
}

export function startService(settings: PartsSettings): WatchedProcess {
  const listen = `127.0.0.1:${String(settings.servicePort)}`;
  return watchProcess(wayleaveProgram('subscriptions', { ...common(settings), WAYLEAVE_LISTEN: listen }));
}

function common(settings: PartsSettings): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: settings.databaseUrl,
    WAYLEAVE_PUBLIC_URL: publicUrlOf(settings),
    WAYLEAVE_HEALTH_LISTEN: '127.0.0.1:0',
    WAYLEAVE_LOG_FORMAT: 'json',
  };
}
