import type { AttemptRecord } from '../ledger/index.ts';

/** The message by which a customer pays an attempt. */
export interface AttemptMessage {
  readonly chatId: number;
  readonly messageId: number;
}

const form = /^message:(\d+):(\d+)$/;

/** For `setAttemptReference`: what Telegram itself asks for has no other reference than the message. */
export function referenceTo({ chatId, messageId }: AttemptMessage): string {
  return `message:${chatId}:${messageId}`;
}

/** @returns nothing where the reference is one of a provider, or none */
export function messageOf({ reference }: Pick<AttemptRecord, 'reference'>): AttemptMessage | undefined {
  const [, chatId, messageId] = form.exec(reference ?? '') ?? [];
  if (chatId === undefined || messageId === undefined) return undefined;
  return { chatId: Number(chatId), messageId: Number(messageId) };
}
