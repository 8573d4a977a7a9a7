import { setTimeout as delay } from 'node:timers/promises';

export interface Phones {
  stop(): void;
}

const apps = ['Happ/3.5.0', 'v2rayNG/1.10.2', 'clash.meta/1.19', 'sing-box 1.13', 'Mozilla/5.0 (X11) Firefox/140', ''];
const everyMs = 100;

/** Apps that ask for one subscription, again and again, and now and then for one that nobody has. @param link what a customer got */
export function startPhones(link: string): Phones {
  const stop = new AbortController();
  const { signal } = stop;
  void run(new URL(link), signal);
  return {
    stop: () => {
      stop.abort();
    },
  };
}

async function run(link: URL, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    const address = new URL(link);
    // As long as a token, and never the same: a service that cannot look it up must say so.
    if (turn % 4 === 3) address.pathname = `/sub/${String(turn).padStart(32, 'unknown-')}`;
    const headers = { 'user-agent': apps[turn % apps.length] ?? '', 'x-hwid': `phone-${String(turn % 3)}` };
    // A service that was killed refuses: the phone asks again.
    await fetch(address, { headers, signal })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
