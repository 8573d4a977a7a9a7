import type { Dashboard } from './dashboard.ts';
import { money } from './money.ts';
import { overview } from './overview.ts';
import { panels } from './panels.ts';
import { runtime } from './runtime.ts';
import { subscriptionService } from './subscription-service.ts';

/** In the order in which a person looks at them. */
export const dashboards: readonly Dashboard[] = [overview, panels, money, subscriptionService, runtime];
