import { admin } from './admin.ts';
import { bot } from './bot.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { health } from './health.ts';
import { ledger } from './ledger.ts';
import { link } from './link.ts';
import { migrate } from './migrate.ts';
import { operator } from './operator.ts';
import { restore } from './restore.ts';
import { status } from './status.ts';
import { subscriptions } from './subscriptions.ts';
import { supportBundle } from './support-bundle.ts';
import { version } from './version.ts';

/** What production runs, in the order in which a person meets it. Those of a checkout alone: `#checkout`. */
export const productionCommands: readonly Command[] = [
  migrate,
  operator,
  bot,
  subscriptions,
  link,
  ledger,
  admin,
  status,
  doctor,
  restore,
  supportBundle,
  health,
  version,
];
