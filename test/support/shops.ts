import { GROUP_VERSION, secretTypes, vpnShops, type VPNShop, type VPNShopSpec } from '../../src/api/index.ts';
import type { BotFacts, BotProbe, RunningShop, ShopRunner, ShopSettings } from '../../src/controllers/shop/ports.ts';
import type { Secret } from '../../src/controllers/kube-resources.ts';
import type { KubeObject } from '../../src/kube/index.ts';

type Named = KubeObject['metadata'];

/** A shop that sells for Stars, as the API server serves it: defaults are there. */
export function servedShopOf(spec: Partial<VPNShopSpec> = {}, metadata: Partial<Named> = {}): VPNShop {
  return {
    apiVersion: GROUP_VERSION,
    kind: 'VPNShop',
    metadata: { name: 'shop', namespace: 'ns', uid: 'uid-1', generation: 3, ...metadata },
    spec: {
      ...smallestShop,
      mode: 'Live',
      bot: { ...smallestShop.bot, updates: 'Polling' },
      payments: { methods: [{ name: 'stars', provider: 'Stars', enabled: true }] },
      timeZone: 'UTC',
      languages: { default: 'en', offered: ['en', 'ru'] },
      reminders: { expiry: ['-72h', '-24h', '0h', '24h'], trafficPercent: [80, 100] },
      orders: { validMinutes: 60 },
      ...spec,
    },
  };
}

const smallestShop = {
  title: { default: 'Example VPN' },
  bot: { tokenSecretRef: { name: 'bot' } },
  baseCurrency: 'RUB',
  payments: { methods: [{ name: 'stars', provider: 'Stars' }] },
} as const;

/** A manifest as a person writes it; its token is in the Secret `bot`. */
export function vpnShop(metadata: Named, spec: object = {}): KubeObject & { readonly spec: object } {
  return { apiVersion: GROUP_VERSION, kind: vpnShops.kind, metadata, spec: { ...smallestShop, ...spec } };
}

export function botSecret(metadata: Named, stringData: Readonly<Record<string, string>>): KubeObject {
  return secretManifest(metadata, secretTypes.bot, stringData);
}

export function providerSecret(metadata: Named, stringData: Readonly<Record<string, string>>): KubeObject {
  return secretManifest(metadata, secretTypes.provider, stringData);
}

function secretManifest(metadata: Named, type: string, stringData: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, stringData } as KubeObject;
}

/** A Secret as the API server serves it. */
export function storedSecret(type: string, values: Readonly<Record<string, string>>): Secret {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret', namespace: 'ns' }, type, data };
}

export const exampleBot: BotFacts = {
  botId: 7_000_000_001,
  userName: 'example_vpn_bot',
  webhook: { url: '', pendingUpdates: 0 },
};

export const answers = (changes: Partial<BotFacts> = {}): BotProbe => ({
  outcome: 'Answers',
  bot: { ...exampleBot, ...changes },
});

/** Runs nothing; remembers what it was asked for and says what a test tells it to. */
export class FakeShopRunner implements ShopRunner {
  readonly applied: ShopSettings[] = [];
  readonly running = new Map<string, RunningShop>();
  readonly probes: string[] = [];
  /** What Telegram says about a token. */
  answer: (token: string) => BotProbe = () => answers();
  /** Thrown by `apply`. */
  failure: Error | undefined;
  state: Partial<RunningShop> = {};

  apply(settings: ShopSettings): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.applied.push(settings);
    const { updates, webhookUrl } = settings.spec.bot;
    const url = updates === 'Webhook' ? `${webhookUrl ?? ''}/telegram/${settings.key}` : undefined;
    this.running.set(settings.key, { refundsPaused: false, webhookUrl: url, isPolledElsewhere: false, ...this.state });
    return Promise.resolve();
  }

  stop(key: string): Promise<void> {
    this.running.delete(key);
    return Promise.resolve();
  }

  probe(token: string): Promise<BotProbe> {
    this.probes.push(token);
    return Promise.resolve(this.answer(token));
  }

  facts(key: string): RunningShop | undefined {
    return this.running.get(key);
  }

  /** The settings that a shop runs with now. */
  settings(key: string): ShopSettings | undefined {
    return this.running.has(key) ? this.applied.findLast((settings) => settings.key === key) : undefined;
  }
}
