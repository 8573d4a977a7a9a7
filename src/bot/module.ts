import type { Message, Update } from 'grammy/types';
import type { Button } from './screen.ts';
import type { Shop, Visit } from './context.ts';

/** What stands after a command, without spaces around it. */
export type CommandHandler = (visit: Visit, argument: string) => Promise<void>;
export type ActionHandler = (visit: Visit, args: readonly string[]) => Promise<void>;
/** @param state what the dialog was opened with */
export type DialogHandler = (visit: Visit, message: Message, state: DialogState) => Promise<void>;

/** JSON that says what a chat is in the middle of. */
export interface DialogState {
  readonly kind: string;
  readonly [name: string]: string | number | boolean;
}

/**
 * A part of the bot: what it answers to. Names are unique over all modules.
 *
 * Handlers may run twice for one update, after a crash or on two replicas: what they do must bear that.
 */
export interface BotModule {
  readonly name: string;
  /** By name, without the slash. A command ends a dialog. */
  readonly commands?: Readonly<Record<string, CommandHandler>>;
  /** What buttons do, by the action of their data. */
  readonly actions?: Readonly<Record<string, ActionHandler>>;
  /** What a message means while a dialog of this kind is open. */
  readonly dialogs?: Readonly<Record<string, DialogHandler>>;
  /**
   * Dialogs that ask for something which a text then does: any button but these actions ends them, so that what is typed
   * after a change of mind is only a text.
   */
  readonly questions?: Readonly<Record<string, readonly string[]>>;
  /** Any other message, asked in the order of the modules. @returns whether it was meant for this one */
  readonly onMessage?: (visit: Visit, message: Message) => Promise<boolean>;
  /** A message that nothing else was meant for, before the bot says that it does not understand. @returns as {@link onMessage} */
  readonly onLeftOver?: (visit: Visit, message: Message) => Promise<boolean>;
  /** Updates that come from outside of private chats, or are of no kind above. @returns whether it was meant for this one */
  readonly onUpdate?: (shop: Shop, update: Update) => Promise<boolean>;
  /** Rows at the end of the main menu, for those whom they concern. */
  readonly menu?: (visit: Visit) => Promise<readonly (readonly Button[])[]>;
  /** A customer has sent a receipt, which waits in the queue whether or not this succeeds. */
  readonly onReceipt?: (shop: Shop, transferId: string) => Promise<void>;
}
