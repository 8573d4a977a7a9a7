import { bot } from './bot.ts';
import { defineCommand } from './command.ts';
import { CommandError } from './command-error.ts';
import { exitCodes } from './host.ts';
import { operator } from './operator.ts';
import { optional, withDefault } from './option.ts';
import { subscriptions } from './subscriptions.ts';
import { UsageError } from './usage-error.ts';
import { durationMs, flag, type ListenAddress, listenAddress } from './value-kinds.ts';

const services = [operator, bot, subscriptions];

export const health = defineCommand({
  name: 'health',
  summary: 'ask a service on this machine whether it is well',
  description:
    'Asks the operator, the bot or the subscription service that runs on this machine, or in this container, for /readyz, ' +
    'and prints what it answers. Exit code 1: it is not well, or nobody answers. For container engines whose health check ' +
    'is a command, and for people: Kubernetes asks over HTTP and needs no process for it.',
  arguments: [{ name: 'service', summary: 'operator, bot or subscriptions' }],
  options: {
    healthListen: optional({
      flag: '--health-listen <address>',
      variable: 'WAYLEAVE_HEALTH_LISTEN',
      summary: 'where the service serves /readyz (default: where it does by itself)',
      kind: listenAddress,
    }),
    alive: optional({
      flag: '--alive',
      summary: 'ask for /healthz: whether the process is worth keeping, not whether it can work now',
      kind: flag,
    }),
    timeout: withDefault('5s', {
      flag: '--timeout <duration>',
      summary: 'how long to wait for the answer',
      kind: durationMs,
    }),
  },
  examples: [
    ['wayleave health operator', 'Says which part of a waiting operator is not ready, and why.'],
    ['wayleave health bot --alive', 'As a health check of Docker or Podman.'],
  ],
  run: async ({ host, options, arguments: [name = ''] }) => {
    const address = options.healthListen ?? ownAddress(name);
    const path = options.alive === true ? '/healthz' : '/readyz';
    const { ok, text } = await ask(`${originOf(address)}${path}`, options.timeout);
    host.stdout.write(text);
    return ok ? exitCodes.success : exitCodes.failure;
  },
});

/** @throws UsageError for what is no service */
function ownAddress(name: string): ListenAddress {
  const fallback = services.find((service) => service.name === name)?.options['healthListen']?.fallback;
  if (fallback === undefined) throw new UsageError(`there is no service "${name}": operator, bot or subscriptions.`);
  return listenAddress(fallback);
}

/** Who listens on every address listens on the loopback. */
function originOf({ host, port }: ListenAddress): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function ask(url: string, timeoutMs: number): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return { ok: answer.ok, text: await answer.text() };
  } catch (cause) {
    throw new CommandError(`nobody answers at ${url}`, { retry: 'later', cause });
  }
}
