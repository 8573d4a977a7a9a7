/** Places between two effects where a test kills the process: a trial, a purchase, a card transfer, a notice. */
export const botFailpoints = [
  'bot.after-trial',
  'bot.after-order',
  'bot.after-attempt',
  'bot.after-invoice',
  'bot.before-charge',
  'bot.after-charge',
  'bot.after-progress-send',
  'bot.after-receipt',
  'bot.after-receipt-reply',
  'bot.after-transfer-send',
  'bot.after-decision',
  'bot.after-notice-send',
] as const;

export type BotFailpoint = (typeof botFailpoints)[number];

/** Does nothing in production. */
export type Failpoint = (name: BotFailpoint) => void;
