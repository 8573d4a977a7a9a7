import { connect } from 'node:tls';
import { missAnswer } from '../../subscriptions/answer.ts';
import { fail, ok, outOfReach, warn, type Check, type Seen } from './finding.ts';
import type { Surroundings } from '../surroundings.ts';

const dayMs = 86_400_000;
const certificateWarnDays = 14;
/** No token has this form, so it costs the service nothing and tells nobody anything. */
const nobodysPath = '/sub/doctor';

/** Every base under which customers have addresses: does the subscription service answer there, as phones see it? */
export function serviceChecks({ publicUrl, shops, clock }: Surroundings): readonly Check[] {
  const ofShops =
    'it' in shops
      ? shops.it.flatMap(({ spec }) => [spec.publicUrl ?? [], spec.subscriptions?.otherPublicUrls ?? []].flat())
      : [];
  const bases = new Set([publicUrl ?? [], ofShops].flat().map((url) => url.replace(/\/+$/, '')));
  if (bases.size === 0) {
    return [
      outOfReach('subscription service', 'no --public-url (WAYLEAVE_PUBLIC_URL) is given, and no shop names one'),
    ];
  }
  return [...bases].map((base) => ({
    name: `address ${base}`,
    look: async (signal) => {
      const url = new URL(`${base}${nobodysPath}`);
      const seen = [await lookAtAnswer(url, signal)];
      return url.protocol === 'https:' ? [...seen, ...(await lookAtCertificate(url, clock.now(), signal))] : seen;
    },
  }));
}

async function lookAtAnswer(url: URL, signal: AbortSignal): Promise<Seen> {
  const answer = await fetch(url, { signal, redirect: 'manual' });
  const text = await answer.text();
  if (answer.status === missAnswer.status && text === missAnswer.body) return ok('the subscription service answers');
  if (answer.status === 503)
    return fail('the subscription service cannot read its database', 'see "database" and its log');
  if (answer.status === 429)
    return warn(
      'the subscription service takes us for somebody who asks too often',
      'set --trusted-proxies, or every phone behind the proxy counts as one',
    );
  return fail(
    `something else answers (HTTP ${String(answer.status)})`,
    'let the proxy pass /sub/ to the subscription service',
  );
}

async function lookAtCertificate({ hostname, port }: URL, nowMs: number, signal: AbortSignal): Promise<Seen[]> {
  const endsAtMs = await certificateEnd(hostname, port === '' ? 443 : Number(port), signal);
  const end = new Date(endsAtMs).toISOString().slice(0, 10);
  if (endsAtMs > nowMs + certificateWarnDays * dayMs) return [];
  return [warn(`its certificate ends on ${end}`, 'renew it: phones refuse an expired one')];
}

function certificateEnd(host: string, port: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    // Whether it is trusted was judged by the request before.
    const socket = connect({ host, port, servername: host, rejectUnauthorized: false });
    const end = (): void => {
      socket.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to));
      end();
    });
  });
}
