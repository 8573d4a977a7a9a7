import type { TelegramSimulator } from './simulator.ts';

export interface BotAnswer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
}

/** Makes a call as a bot does, without a bot library that would correct it first. */
export async function callBot(telegram: TelegramSimulator, method: string, params: object = {}): Promise<BotAnswer> {
  const response = await fetch(`${telegram.apiUrl}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return (await response.json()) as BotAnswer;
}
