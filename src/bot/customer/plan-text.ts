import { parsePeriodSeconds, parseQuantityBytes, type Money, type VPNPlan } from '../../api/index.ts';
import type { Speaker } from '../texts.ts';

const daySeconds = 86_400;

/** What a plan gives, one thing a line, as HTML. */
export function describePlan(speak: Speaker, { spec }: Pick<VPNPlan, 'spec'>): string {
  const { trafficLimit, trafficReset, deviceLimit } = spec;
  const days = parsePeriodSeconds(spec.period) / daySeconds;
  const lines = [
    speak.say('plan-days', { days }),
    trafficLimit === undefined
      ? speak.say('plan-traffic-unlimited')
      : speak.say('plan-traffic', { size: speak.size(parseQuantityBytes(trafficLimit)), reset: trafficReset }),
    ...(deviceLimit === undefined ? [] : [speak.say('plan-devices', { devices: deviceLimit })]),
  ];
  return lines.join('\n');
}

/** A plan on a button: `1 month · ⭐ 150 or 199 ₽`. @param prices by each way to pay it */
export function labelPlan(speak: Speaker, { spec }: Pick<VPNPlan, 'spec'>, prices: readonly Money[]): string {
  const title = speak.title(spec.title);
  return prices.length === 0 ? title : `${title} · ${speak.prices(prices)}`;
}
