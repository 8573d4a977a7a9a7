import { describe, expect, it } from 'vitest';

import { apps } from '../bot/customer/apps.ts';
import { appLink, appLinks, isLinkedApp } from './app-links.ts';
import { openAppPage } from './open-app.ts';

describe('the page that opens an app', () => {
  it('is there for every app that the bot offers to open, and for none that is unknown', () => {
    const offered = apps.filter(({ opens }) => opens === true).map(({ id }) => id);
    expect(offered.length).toBeGreaterThan(3);
    expect(offered.filter((id) => openAppPage(id, 'en') === undefined)).toEqual([]);
    for (const name of ['nothing', 'toString', 'happ en', '']) {
      expect(isLinkedApp(name)).toBe(false);
      expect(openAppPage(name, 'en')).toBeUndefined();
    }
    expect(offered.every(isLinkedApp)).toBe(true);
  });

  it.each(Object.keys(appLinks))('says what happens in Russian and English: %s', (app) => {
    const [english, russian] = [openAppPage(app, 'en')?.body, openAppPage(app, 'ru')?.body];
    expect(english).toContain('lang="en"');
    expect(russian).toContain('lang="ru"');
  });

  it('writes the address as each app reads it', () => {
    const address = 'https://sub.example.com/sub/a+b$&=';
    expect(appLink('happ', address)).toBe(`happ://add/${address}`);
    expect(new URL(appLink('v2rayng', address)).searchParams.get('url')).toBe(address);
    expect(atob(appLink('shadowrocket', address).replace('sub://', ''))).toBe(address);
  });

  it('opens that app alone: several answer to the same general scheme', () => {
    const schemes = Object.values(appLinks).map(({ link }) => link.slice(0, link.indexOf(':')));
    expect(new Set(schemes).size).toBe(schemes.length);
    expect(schemes.filter((scheme) => scheme === 'clash' || scheme === 'clashmeta' || scheme === 'v2ray')).toEqual([]);
  });

  it('runs nothing but its own script, and is kept by nobody', () => {
    const { headers = [], body = '' } = openAppPage('happ', 'en') ?? {};
    const of = (name: string): string => headers[headers.indexOf(name) + 1] ?? '';
    expect(of('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(of('content-security-policy')).not.toContain('unsafe');
    expect(of('cache-control')).toBe('no-store');
    expect(Number(of('content-length'))).toBe(Buffer.byteLength(body));
  });
});
