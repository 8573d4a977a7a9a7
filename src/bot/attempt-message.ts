import { describeError } from '../base/errors.ts';
import { attemptsOf, type AttemptRecord } from '../ledger/index.ts';
import type { Shop } from './context.ts';

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

/** An order is paid, or looked at: buttons that cancel it, or choose another way, would promise what is over. */
export async function endChoices(shop: Shop, orderId: string): Promise<void> {
  for (const attempt of await attemptsOf(shop.store, orderId)) {
    const message = messageOf(attempt);
    if (message === undefined) continue;
    await shop.telegram.takeButtons(message.chatId, message.messageId).catch((thrown: unknown) => {
      shop.log.warn({ err: describeError(thrown), orderId }, 'an order that is not open any more keeps its buttons');
    });
  }
}
