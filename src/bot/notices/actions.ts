/** What buttons of notices do beside leading to screens of the customer. Written into messages that live for years. */
export const noticeActions = {
  /** Time for what was paid twice. */
  extend: 'n.ext',
  /** Does what its arguments say, in a message of its own: what was told stays in the chat. */
  open: 'n.open',
} as const;
