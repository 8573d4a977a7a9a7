/** What buttons of notices do beside leading to screens of the customer. Written into messages that live for years. */
export const noticeActions = {
  /** Time for what was paid twice. */
  extend: 'n.ext',
} as const;
