import { devicesOf, removeDevice, type KnownDevice } from '../../store/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import type { Button } from '../screen.ts';
import { backButton } from './keyboard.ts';
import { ownedBy } from './owned.ts';

/** Telegram refuses keyboards of more than 100 buttons; a limit can be higher. */
const mostShown = 50;

/** Devices that have a place, each as a button that asks about it. @param args subscription */
export async function showDevices(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  const { speak, shop } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const devices = await devicesOf(shop.store, one.id);
  const shown = devices.slice(0, mostShown);
  const lines = shown.map((device, index) => `${index + 1}. ${describe(visit, device)}`);
  const rows = shown.map((device, index): Button[] => [
    { text: `✖ ${index + 1}. ${nameOf(visit, device)}`, data: writeCallback(actions.oneDevice, one.id, device.id) },
  ]);
  const [used, limit] = [devices.length, one.deviceLimit];
  const title = limit === undefined ? speak.say('devices-unlimited') : speak.say('devices-title', { used, limit });
  await visit.show({
    text: [
      title,
      ...(lines.length === 0 ? [speak.say('devices-none')] : [lines.join('\n')]),
      speak.say('devices-hint'),
    ].join('\n\n'),
    buttons: [...rows, [backButton(visit, actions.subscription, one.id)]],
  });
}

/** Asks before one loses its place. @param args subscription, device */
export async function askAboutDevice(visit: Visit, [subscriptionId, deviceId]: readonly string[]): Promise<void> {
  const { speak, shop } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const device = (await devicesOf(shop.store, one.id)).find(({ id }) => id === deviceId);
  // Removed on the page, or by another press: the list says so.
  if (device === undefined) return showDevices(visit, [one.id]);
  const data = writeCallback(actions.removeDevice, one.id, device.id);
  await visit.show({
    text: speak.say('device-remove-ask', { device: nameOf(visit, device) }),
    buttons: [
      [{ text: speak.label('button-remove-device'), data, style: 'danger' }],
      [backButton(visit, actions.devices, one.id)],
    ],
  });
}

/** Takes its place away, and shows the others. @param args subscription, device */
export async function dropDevice(visit: Visit, [subscriptionId, deviceId = '']: readonly string[]): Promise<void> {
  const one = await ownedBy(visit, subscriptionId);
  await removeDevice(visit.shop.store, one.id, deviceId);
  await showDevices(visit, [one.id]);
}

function describe(visit: Visit, device: KnownDevice): string {
  const { speak } = visit;
  const seen = speak.date(device.lastSeenMs);
  return speak.say('devices-line', { device: nameOf(visit, device), seen });
}

function nameOf({ speak }: Visit, { model, os }: KnownDevice): string {
  return [model, os].filter((part) => part !== '').join(', ') || speak.label('device-unnamed');
}
