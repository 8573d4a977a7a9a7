import { createHash } from 'node:crypto';

/**
 * The `subId` of a client, under which the panel's own subscription server would hand out its links: as hard to guess
 * as the UUID it is derived from.
 *
 * One UUID has one `subId`, and from v3.1 a panel refuses a second e-mail with it. That is the panel's own guard against
 * two e-mails with one UUID, where deleting either cuts the other off (panels.md 1.7).
 */
export function subIdOf(uuid: string): string {
  return createHash('sha256').update(`wayleave sub id ${uuid}`).digest('hex').slice(0, 24);
}
