import { openTunnel, type Origin, type Tunnel } from '../xray-client.ts';

/** A customer's phone: it fetched its list once, and stays connected with what it got. */
export class Phone {
  readonly name: string;
  readonly address: string;
  readonly #tunnels: readonly Tunnel[];
  readonly #links: readonly string[];

  private constructor(name: string, address: string, links: readonly string[], tunnels: readonly Tunnel[]) {
    this.name = name;
    this.address = address;
    this.#links = links;
    this.#tunnels = tunnels;
  }

  static async setUp(name: string, address: string, xray: string): Promise<Phone> {
    const links = await linksAt(address);
    const tunnels = await Promise.all(links.map((link) => openTunnel(link, { xray })));
    return new Phone(name, address, links, tunnels);
  }

  /** The servers of its list through which this page comes. */
  async reaches({ url, text }: Origin): Promise<number> {
    const pages = await Promise.all(this.#tunnels.map((tunnel) => tunnel.fetch(url).catch(() => '')));
    return pages.filter((page) => page === text).length;
  }

  get servers(): number {
    return this.#links.length;
  }

  /** Whether its address still gives the list that it has, key by key. */
  async isUpToDate(): Promise<boolean> {
    return JSON.stringify(await linksAt(this.address)) === JSON.stringify(this.#links);
  }

  async putAway(): Promise<void> {
    for (const tunnel of this.#tunnels) await tunnel.stop();
  }
}

async function linksAt(address: string): Promise<readonly string[]> {
  const answer = await fetch(address, { headers: { 'user-agent': 'v2rayNG/2.3.5' } });
  if (answer.status !== 200) throw new Error(`HTTP ${String(answer.status)}`);
  const links = Buffer.from(await answer.text(), 'base64')
    .toString('utf8')
    .split('\n');
  // Whatever is said about time left and such is no server.
  return links.filter((link) => !link.includes('@127.0.0.1:1?'));
}
