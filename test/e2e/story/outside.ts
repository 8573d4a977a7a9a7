import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { demoInbounds, startThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { startTelegramSimulator } from '../../support/simulators/telegram/index.ts';
import { outsidePorts, panelPath, panelRemark } from './outside-facts.ts';

/*
 * The program of the pod that stands for what is outside of the product: a panel and Telegram. It is bundled into one file
 * and runs on the Node of the product's own image, so that a cluster needs no other image for the story.
 */

/** Which inbound examples/panel.yaml sells. Nothing listens behind it: no packet of the story goes through a VPN. */
const inbounds = demoInbounds({ ports: { reality: 443 }, serverNames: ['www.example.com'] });

const { POD_IP: host = '0.0.0.0', PANEL_TOKEN: token = '', TELEGRAM_TOKEN: botToken = '' } = process.env;

const panel = await startThreeXuiSimulator({
  version: '3.6.0',
  basePath: panelPath,
  token,
  inbounds: inbounds.map((inbound) => ({ ...inbound, remark: panelRemark })),
});
const telegram = await startTelegramSimulator({ token: botToken, botUsername: 'example_vpn_bot' });
const relays = [await relay(outsidePorts.panel, panel.port), await relay(outsidePorts.telegram, telegram.port)];
console.log('a panel and Telegram are there');

process.once('SIGTERM', () => {
  for (const server of relays) server.close();
  void Promise.all([panel.stop(), telegram.stop()]).then(() => process.exit());
});

/** Simulators listen on the loopback only. */
async function relay(from: number, to: number): Promise<Server> {
  const server = createServer((incoming) => {
    const onward = connect(to, '127.0.0.1');
    incoming.pipe(onward).pipe(incoming);
    incoming.on('error', () => onward.destroy());
    onward.on('error', () => incoming.destroy());
  });
  server.listen(from, host);
  await once(server, 'listening');
  return server;
}
