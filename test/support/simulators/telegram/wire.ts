/** What the Bot API says, as far as this simulator says it. Field names and meanings are Telegram's. */

export interface User {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'channel';
  readonly first_name?: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly title?: string;
}

export interface Entity {
  readonly type: string;
  /** In UTF-16 code units, as JavaScript counts. */
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
}

export interface InlineButton {
  readonly text: string;
  readonly style?: string;
  readonly callback_data?: string;
  readonly url?: string;
  readonly copy_text?: { readonly text: string };
  readonly pay?: boolean;
  readonly web_app?: { readonly url: string };
  readonly switch_inline_query?: string;
  readonly switch_inline_query_current_chat?: string;
  readonly login_url?: { readonly url: string };
}

export interface InlineKeyboard {
  readonly inline_keyboard: readonly (readonly InlineButton[])[];
}

export interface ReplyKeyboard {
  readonly keyboard: readonly (readonly { readonly text: string }[])[];
  readonly one_time_keyboard?: boolean;
  readonly input_field_placeholder?: string;
}

export interface PhotoSize {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly width: number;
  readonly height: number;
  readonly file_size: number;
}

export interface Invoice {
  readonly title: string;
  readonly description: string;
  readonly start_parameter: string;
  readonly currency: string;
  readonly total_amount: number;
}

export interface SuccessfulPayment {
  readonly currency: string;
  readonly total_amount: number;
  readonly invoice_payload: string;
  /** Epoch seconds. */
  readonly subscription_expiration_date?: number;
  readonly is_recurring?: true;
  readonly is_first_recurring?: true;
  readonly telegram_payment_charge_id: string;
  readonly provider_payment_charge_id: string;
}

export interface RefundedPayment {
  readonly currency: string;
  readonly total_amount: number;
  readonly invoice_payload: string;
  readonly telegram_payment_charge_id: string;
}

export interface Message {
  readonly message_id: number;
  readonly from: User;
  readonly chat: Chat;
  readonly date: number;
  readonly edit_date?: number;
  readonly forward_origin?: unknown;
  readonly reply_to_message?: Omit<Message, 'reply_to_message'>;
  readonly has_protected_content?: true;
  readonly text?: string;
  readonly entities?: readonly Entity[];
  readonly photo?: readonly PhotoSize[];
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
  readonly invoice?: Invoice;
  readonly successful_payment?: SuccessfulPayment;
  readonly refunded_payment?: RefundedPayment;
  readonly reply_markup?: InlineKeyboard;
}

export interface CallbackQuery {
  readonly id: string;
  readonly from: User;
  readonly message: Message;
  readonly chat_instance: string;
  readonly data: string;
}

export interface PreCheckoutQuery {
  readonly id: string;
  readonly from: User;
  readonly currency: string;
  readonly total_amount: number;
  readonly invoice_payload: string;
}

export interface UpdateContents {
  readonly message: Message;
  readonly callback_query: CallbackQuery;
  readonly pre_checkout_query: PreCheckoutQuery;
  readonly my_chat_member: { readonly chat: Chat; readonly from: User; readonly [member: string]: unknown };
  readonly subscription: {
    readonly user: User;
    readonly invoice_payload: string;
    readonly state: 'canceled' | 'active' | 'failed';
  };
}

export type UpdateType = keyof UpdateContents;

export type Update = { readonly update_id: number } & Partial<UpdateContents>;

export interface TransactionPartner {
  readonly type: 'user';
  readonly transaction_type: 'invoice_payment';
  readonly user: User;
  readonly invoice_payload: string;
  readonly subscription_period?: number;
}

export interface StarTransaction {
  /** The charge id; a refund has that of what it gives back. */
  readonly id: string;
  readonly amount: number;
  /** Epoch seconds. */
  readonly date: number;
  readonly source?: TransactionPartner;
  readonly receiver?: TransactionPartner;
}
