### What customers are told outside of a conversation, and what they and support write to each other.

button-answer = ✍️ Answer
button-surplus-extend = ⏩ Extend my subscription

hours =
    { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }

notice-paid =
    🧾 <b>Payment received: { $amount }</b>

    { $title }
notice-paid-until = Paid until { $until }
notice-provisioned =
    ✅ <b>{ $title }</b> is ready. Thank you for waiting!

    Open your link in the app, and choose a server.
notice-refunded = ↩️ <b>{ $amount }</b> was sent back to you. The time that it had bought ended with it.
notice-lasts = Access to <b>{ $title }</b> lasts until { $until }.
notice-refunded-over = Access to <b>{ $title }</b> has ended.
notice-surplus-refunded = This order was paid twice. The second payment of <b>{ $amount }</b> is on its way back to you; there is nothing to do for you.
notice-surplus-choose =
    This order was paid twice: we have <b>{ $amount }</b> more than we should.

    It cannot be sent back by itself. Take more time for it, or write to us and we find a way. After 72 hours we add the time.
surplus-extended = ⏩ Done: your subscription is extended by what you paid for.
surplus-decided = This is decided already.
notice-declined = 🤷 We could not confirm your transfer for <b>{ $title }</b>. Nothing was charged by us. You can send the receipt again, or write to us.
notice-reason = Reason: { $reason }

notice-expiry-soon = ⏰ <b>{ $title }</b> ends { $until }. Renew now: the new time begins when the old one ends, and your link stays.
notice-expiry-now = ⌛ <b>{ $title }</b> has ended. Renew, and the same link works again.
notice-expiry-after = ⌛ <b>{ $title }</b> ended { $until }. We keep your link: renew, and your apps work again without any set-up.
notice-trial-soon = ⏰ Your trial ends { $until }. Buy a plan, and your link goes on working.
notice-trial-now = ⌛ Your trial has ended. Buy a plan, and the same link works again.
notice-trial-after = ⌛ Your trial ended { $until }. We keep your link: buy a plan, and your apps work again.

notice-traffic = 📊 <b>{ $title }</b>: { $percent } % of your traffic is used.
notice-traffic-used = 📊 <b>{ $title }</b>: all of your traffic is used. Renew to go on.
notice-suspended = ⛔ <b>{ $title }</b> is suspended. Please write to support.
notice-granted =
    🎁 <b>{ $title }</b>: we have added { $length }.

    It lasts until { $until }.
notice-support =
    💬 <b>Support</b>

    { $text }
notice-support-no-photo = <i>A picture came with this, and Telegram does not show it any more. Ask for it again.</i>

## Writing to support

support-ask = Write what happened, in one or more messages; photos are fine. A person reads them and answers here. /menu ends it.
support-elsewhere = You can also write here: { $contact }
support-nobody = Nobody can be reached here at the moment. Please try again later.
support-sent = ✓ Sent. A person answers here.
support-slow = You have written a lot in a short time. We have got it all and answer soon; please wait a little before you write more.
support-unfit = Please write a text, or send a photo.
