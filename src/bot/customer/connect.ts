import { describeError } from '../../base/errors.ts';
import type { OwnedSubscription } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import { inRows, type Button } from '../screen.ts';
import { apps, appsFor, devices, isDevice, openAppUrl, type App } from './apps.ts';
import { backButton } from './keyboard.ts';
import { ownedBy } from './owned.ts';

/** The link, and for which device it is wanted. @param args subscription */
export async function showConnect(visit: Visit, args: readonly string[]): Promise<void> {
  const { speak } = visit;
  const one = await ownedBy(visit, args[0]);
  const address = await addressOf(visit, one);
  if (address === undefined) return;
  const rows = devices.map((device): Button => ({
    text: speak.label(`device-${device}`),
    data: writeCallback(actions.device, one.id, device),
  }));
  await visit.show({
    text: speak.say('connect-ask', { title: speak.title(one.title), address }),
    buttons: [
      ...inRows(rows, 3),
      [
        { text: speak.label('button-copy'), copy: address },
        { text: speak.label('button-qr'), data: writeCallback(actions.code, one.id) },
      ],
      [backButton(visit, actions.subscription, one.id)],
    ],
  });
}

/** The link as a picture, for a phone that looks at this screen. @param args subscription */
export async function showCode(visit: Visit, args: readonly string[]): Promise<void> {
  const { speak, shop } = visit;
  const one = await ownedBy(visit, args[0]);
  const address = await addressOf(visit, one);
  if (address === undefined) return;
  await visit.show({
    text: speak.say('qr-caption', { title: speak.title(one.title) }),
    photo: await shop.ports.qr.render(address),
    buttons: [[{ text: speak.label('button-copy'), copy: address }], [backButton(visit, actions.connect, one.id)]],
  });
}

/** Which app. @param args subscription, device */
export async function showDevice(visit: Visit, [subscriptionId, device]: readonly string[]): Promise<void> {
  const { speak } = visit;
  const one = await ownedBy(visit, subscriptionId);
  if (!isDevice(device)) throw staleButton('a device that is not explained any more');
  const buttons = appsFor(device).map((app, index): Button => ({
    text: app.name,
    data: writeCallback(actions.app, one.id, device, app.id),
    ...(index === 0 ? { style: 'primary' } : {}),
  }));
  await visit.show({
    text: speak.say('device-ask', { device: speak.label(`device-${device}`) }),
    buttons: [...inRows(buttons), [backButton(visit, actions.connect, one.id)]],
  });
}

/** The steps for one app. @param args subscription, device, app */
export async function showApp(visit: Visit, [subscriptionId, device, appId]: readonly string[]): Promise<void> {
  const { speak, shop } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const app = apps.find(({ id }) => id === appId);
  if (app === undefined || !isDevice(device)) throw staleButton('an app that is not explained any more');
  const address = await addressOf(visit, one);
  if (address === undefined) return;
  const opensApps = shop.view.opensApps && app.opens === true;
  const open: Button[] = opensApps
    ? [{ text: speak.label('button-open-app', { app: app.name }), url: openAppUrl(address, app.id) }]
    : [];
  await visit.show({
    text: stepsFor(visit, app, address, opensApps),
    buttons: [
      [{ text: speak.label('button-get-app', { app: app.name }), url: app.site }],
      open,
      [
        { text: speak.label('button-copy'), copy: address },
        { text: speak.label('button-qr'), data: writeCallback(actions.code, one.id) },
      ],
      [backButton(visit, actions.device, one.id, device)],
    ],
  });
}

function stepsFor({ speak }: Visit, { name, adds }: App, address: string, opens: boolean): string {
  const add = opens ? 'steps-open' : adds === 'clipboard' ? 'steps-clipboard' : 'steps-profile';
  return [
    speak.say('steps-title', { app: name }),
    speak.say('steps-install', { app: name }),
    speak.say(add, { app: name }),
    speak.say('steps-connect'),
    '',
    speak.say('steps-link', { address }),
  ].join('\n');
}

/** @returns nothing, and has said so, while the cluster that has the key cannot be reached */
async function addressOf(visit: Visit, one: OwnedSubscription): Promise<string | undefined> {
  const { speak, shop } = visit;
  try {
    return await shop.ports.links.address(one.id);
  } catch (thrown) {
    shop.log.warn({ err: describeError(thrown) }, 'the address of a subscription cannot be told now');
    const again = { text: speak.label('button-again'), data: writeCallback(actions.connect, one.id) };
    await visit.show({ text: speak.say('link-later'), buttons: [[again], [backButton(visit, actions.list)]] });
    return undefined;
  }
}
