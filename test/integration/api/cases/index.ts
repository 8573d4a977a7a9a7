import type { KindCases } from './case.ts';
import { panelCases } from './panel.ts';
import { planCases } from './plan.ts';
import { shopCases } from './shop.ts';
import { subscriptionCases } from './subscription.ts';

export const ruleCases: readonly KindCases[] = [panelCases, planCases, subscriptionCases, shopCases];
