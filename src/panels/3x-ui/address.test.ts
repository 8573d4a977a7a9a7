import { describe, expect, it } from 'vitest';
import { parsePanelUrl } from './address.ts';

const password = 'hunter2';

describe('the address of a panel', () => {
  it.each([
    ['https://panel.example.com:2053/secret', 'https://panel.example.com:2053', '/secret/'],
    ['https://panel.example.com/secret/panel/inbounds', 'https://panel.example.com', '/secret/'],
    ['https://panel.example.com/secret/panel/', 'https://panel.example.com', '/secret/'],
    ['https://panel.example.com/secret/login', 'https://panel.example.com', '/secret/'],
    ['http://[2001:db8::1]:2053', 'http://[2001:db8::1]:2053', '/'],
    ['https://panel.example.com/panel-x/?a=1#b', 'https://panel.example.com', '/panel-x/'],
  ])('%s', (text, origin, basePath) => {
    expect(parsePanelUrl('shop/nl', text)).toEqual({ origin, basePath });
  });

  it.each([
    ['panel.example.com', 'PANEL_UNREACHABLE'],
    ['ftp://panel.example.com/', 'PANEL_UNREACHABLE'],
    [`https://admin:${password}@panel.example.com/`, 'PANEL_CREDENTIALS_INVALID'],
  ])('%s is none', (text, code) => {
    expect(() => parsePanelUrl('shop/nl', text)).toThrow(expect.objectContaining({ code }));
    expect(() => parsePanelUrl('shop/nl', text)).not.toThrow(password);
  });
});
