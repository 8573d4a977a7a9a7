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

/** A plan on a button: `1 month · ⭐ 150`. */
export function labelPlan(speak: Speaker, { spec }: Pick<VPNPlan, 'spec'>, price: Money): string {
  return `${speak.title(spec.title)} · ${speak.money(price)}`;
}
