import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { cutText } from '../base/cut-text.ts';

/** What an app says of the device that it runs on. */
export interface DeviceClaim {
  /** What the device calls itself: hashed at once, never kept. */
  readonly hwid: string;
  /** Cleaned, at most 64 characters; empty where the app says nothing. */
  readonly model: string;
  readonly os: string;
}

/**
 * What any panel takes for an HWID: 10 to 64 of letters, digits, `=` and `-` for one, 6 of anything for another (panels.md
 * 7.2). Something else counts as none, because refusing an app for a header that it may not even know of would be worse.
 */
const hwidForm = /^[\x21-\x7e]{6,128}$/;
const longestText = 64;

/** @returns nothing when the app sends no HWID, or none that could be one */
export function readDevice(headers: IncomingHttpHeaders): DeviceClaim | undefined {
  const hwid = textOf(headers['x-hwid'])?.trim();
  if (hwid === undefined || !hwidForm.test(hwid)) return undefined;
  const [os, version] = [cleanText(headers['x-device-os']), cleanText(headers['x-ver-os'])];
  return { hwid, model: cleanText(headers['x-device-model']), os: cutText(`${os} ${version}`.trim(), longestText) };
}

/**
 * What is kept of a device: a hash over the subscription's id too, so that nobody who reads the database can tell that two
 * subscriptions are used on one phone.
 */
export function deviceHash(subscriptionId: string, hwid: string): string {
  return hash('sha256', `${subscriptionId}\n${hwid}`, 'base64url');
}

/** Shown to the customer and to nobody else, but written by anybody: no control characters, no markup, no direction marks. */
function cleanText(value: string | string[] | undefined): string {
  // Node reads header bytes as latin1; apps that send names beyond ASCII send UTF-8.
  const text = Buffer.from(textOf(value) ?? '', 'latin1').toString('utf8');
  const clean = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}<>&"'`\uFFFD]+/gu, ' ').replaceAll(/\s+/g, ' ');
  return cutText(clean.trim(), longestText).trim();
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
