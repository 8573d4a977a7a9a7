import type { Command } from '../command.ts';

/** None: `up` builds a control plane and simulates panels, and what it needs for that is not in the image. */
export const checkoutCommands: readonly Command[] = [];
