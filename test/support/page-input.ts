import type { PageInput, PageServer } from '../../src/subscriptions/page-answer.ts';
import type { CountedDevice, SubscriptionDocument } from '../../src/subscriptions/source.ts';
import { bareDocument, dayMs, startMs, token } from './subscription-service.ts';

export const address = `https://sub.example.com/sub/${token}`;

/** What a page of an active subscription is made from; parts of it may be others. */
export function pageInput(change: Partial<PageInput> = {}, document: Partial<SubscriptionDocument> = {}): PageInput {
  return {
    document: bareDocument({
      expiresAtMs: startMs + 29 * dayMs + 3_600_000,
      usage: { uploadBytes: 0, downloadBytes: 20 * 1024 ** 3, limitBytes: 50 * 1024 ** 3 },
      devices: { limit: 3, known: [device('iPhone 17'), device('Pixel 11')] },
      delivery: { ready: 2 },
      ...document,
    }),
    standing: 'active',
    nowMs: startMs,
    language: 'en',
    profile: { title: 'Example VPN', supportUrl: 'https://t.me/help', botUrl: 'https://t.me/example_bot' },
    address,
    servers: [pageServer('NL'), pageServer('DE')],
    cores: ['xray', 'mihomo', 'sing-box'],
    platform: 'ios',
    ...change,
  };
}

export function device(model: string, change: Partial<CountedDevice> = {}): CountedDevice {
  return { id: model, hash: '', model, os: 'iOS', firstSeenMs: startMs, lastSeenMs: startMs, ...change };
}

export function pageServer(name: string, change: Partial<PageServer> = {}): PageServer {
  const uuid = '5783a3e7-e373-51cd-8642-c83782b807c5';
  const query = `encryption=none&fp=chrome&pbk=${'k'.repeat(43)}&security=reality&sid=ab&sni=www.example.test&type=tcp`;
  return { name, link: `vless://${uuid}@example.com:443?${query}#${encodeURIComponent(name)}`, isVpn: true, ...change };
}
