/** Places between two effects where a test kills the process, in the order in which a purchase passes them. */
export const botFailpoints = [
  'bot.after-order',
  'bot.after-attempt',
  'bot.after-invoice',
  'bot.before-charge',
  'bot.after-charge',
  'bot.after-progress-send',
] as const;

export type BotFailpoint = (typeof botFailpoints)[number];

/** Does nothing in production. */
export type Failpoint = (name: BotFailpoint) => void;
