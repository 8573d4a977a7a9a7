import { badRequest } from './api-error.ts';
import type { Methods, Services } from './method.ts';

/** Methods that answer somebody who waits in front of a button. */
export function queryMethods({ callbacks, checkout }: Services): Methods {
  return {
    answerCallbackQuery: (params) => {
      const text = params.text('text');
      const url = params.text('url');
      callbacks.answer(params.text('callback_query_id'), {
        isAlert: params.flag('show_alert'),
        ...(text === '' ? {} : { text }),
        ...(url === '' ? {} : { url }),
      });
      return true;
    },

    answerPreCheckoutQuery: (params) => {
      const error = params.text('error_message');
      const isAgreed = params.flag('ok');
      if (!isAgreed && error === '') throw badRequest('ERROR_MESSAGE_EMPTY');
      checkout.answer(params.text('pre_checkout_query_id'), isAgreed ? { ok: true } : { ok: false, error });
      return true;
    },
  };
}
