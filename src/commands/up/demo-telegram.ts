import { startTelegramSimulator, type TelegramSimulator } from '../../../test/support/simulators/telegram/index.ts';
import type { DataDirectory } from './data-directory.ts';
import type { PortBook } from './ports.ts';

/** The seller of the demo, who sees the admin's side of the bot. */
export const demoSeller = { id: 1_000_000_001, firstName: 'Olga', lastName: '(the seller)', username: 'olga_sells' };
const demoCustomer = { id: 1_000_000_002, firstName: 'Anna', username: 'anna' };

export interface DemoTelegram {
  /** Of the Bot API, for the bot; with a browser, the chat page. */
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** A Telegram of our own making with two people in it, on the loopback. It keeps its chats across runs. */
export async function startDemoTelegram({
  data,
  ports,
}: {
  readonly data: DataDirectory;
  readonly ports: PortBook;
}): Promise<DemoTelegram> {
  const simulator: TelegramSimulator = await startTelegramSimulator({
    port: await ports.claim('telegram', 9090),
    storage: data.telegram,
    botName: 'Demo VPN',
    botUsername: 'demo_vpn_bot',
  });
  simulator.user(demoCustomer);
  const seller = simulator.user(demoSeller);
  // Telegram lets a bot write to nobody who has not started it: without this the first receipt would not reach her.
  if (seller.chat().length === 0) await seller.sends('/start');
  return { url: simulator.apiUrl, token: simulator.token, stop: () => simulator.stop() };
}
