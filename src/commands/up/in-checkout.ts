import type { Command } from '../command.ts';
import { up } from './up.ts';

/** Commands that need the checkout: `#checkout` is this file for sources, and `in-bundle.ts` for what `npm run build` makes. */
export const checkoutCommands: readonly Command[] = [up];
