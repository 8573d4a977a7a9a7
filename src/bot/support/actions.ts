/** What buttons below copies of customers' messages do. Written into messages that live for years. */
export const supportActions = {
  /** The admin's next message goes to that customer. */
  answer: 's.ans',
} as const;

/** Kinds of dialogs of support. */
export const supportDialogs = { write: 'support', answer: 's.ans' } as const;
