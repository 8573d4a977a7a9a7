import path from 'node:path';

export interface OperatorSettings {
  readonly kubeconfig: string;
  readonly databaseUrl: string;
  /** Its Lease is here, and it serves this namespace only. */
  readonly namespace: string;
  /** `host:port` of `/healthz`, `/readyz` and `/metrics`; default: a port that the system picks. */
  readonly healthListen?: string;
}

/** Arguments and environment that run the operator as a process of its own, with this very Node, as production does. */
export function operatorProgram(settings: OperatorSettings): { file: string; args: string[]; env: NodeJS.ProcessEnv } {
  return {
    file: process.execPath,
    args: [path.resolve(import.meta.dirname, '../../src/main.ts'), 'operator'],
    env: {
      ...process.env,
      DATABASE_URL: settings.databaseUrl,
      KUBECONFIG: settings.kubeconfig,
      WAYLEAVE_NAMESPACE: settings.namespace,
      WAYLEAVE_WATCH_NAMESPACE: settings.namespace,
      WAYLEAVE_PUBLIC_URL: 'http://127.0.0.1:8080',
      WAYLEAVE_HEALTH_LISTEN: settings.healthListen ?? '127.0.0.1:0',
      WAYLEAVE_LOG_FORMAT: 'json',
    },
  };
}
