### What people who work for the shop read.

admin-button-menu = 🛠 Admin
admin-button-find = 🔎 Find a customer
admin-button-transfers = 🧾 Receipts ({ $count })
admin-button-queues = 📥 Needs a person ({ $count })
admin-button-queues-open = 📥 Needs a person
admin-button-revenue = 📈 Revenue
admin-button-admins = 👥 Admins
admin-button-resume-refunds = ▶️ Resume refunds
admin-button-before = ‹
admin-button-after = ›
admin-button-customer = 👤 Customer
admin-button-orders = Orders
admin-button-charges = Charges
admin-button-notices = Messages
admin-button-audit = Acts
admin-button-ledger = 📒 Whole ledger
admin-button-ban = ⛔ Ban
admin-button-unban = ✅ End the ban
admin-button-compensate = 🩹 +{ $days } d
admin-button-grant = 🎁 Give time
admin-button-grant-days = +{ $days } d
admin-button-suspend = ⏸ Suspend
admin-button-resume = ▶️ Resume
admin-button-keys = 🔐 New keys
admin-button-address = 🔗 New link
admin-button-take = ✋ Take it
admin-button-take-over = ✋ Take it over
admin-button-refund = ↩️ Send all back
admin-button-extend = ⏩ Give time for it
admin-button-returned = 💸 I have sent it back
admin-button-dismiss = ✔️ Dealt with
admin-button-approve = ✅ Approve
admin-button-decline = ✖ Decline
admin-button-receipt = 🧾 The receipt

admin-role-support = support
admin-role-finance = finance
admin-role-owner = owner

admin-title = 🛠 <b>{ $shop }</b> · { $role }
admin-test-shop = 🧪 This shop takes test money.
admin-refunds-paused = ⏸ Refunds wait since { $since }, for example because the database was restored. Look at charges that need a person before you resume them.

admin-age-days = { $count } d
admin-age-hours = { $count } h
admin-age-minutes = { $count } min

## Finding

admin-find = 🔎 Whom? A Telegram id, @name, a part of the name, the id of a subscription (long or short), of an order or of a charge.
admin-found = Found for “{ $query }”:
admin-found-nobody = Nobody for “{ $query }”. Try something else.

admin-customer-since = Since { $since } · language { $language }
admin-customer-banned = ⛔ Banned since { $since }
admin-customer-unreachable = 📵 Cannot be written to since { $since }
admin-customer-trial = Has had the trial.
admin-customer-empty = No subscription.

## Subscription

admin-sub-title =
    <b>{ $title }</b> · plan { $plan }
    <code>{ $name }</code>
admin-sub-until = Until { $until }
admin-sub-ended = ⌛ Ended { $until }
admin-sub-denied = ⏸ Access is denied by an open hold
admin-sub-traffic = Traffic: { $used } of { $limit }
admin-sub-store = Database: on { $panels } panels, keys { $generation }, delivered { $provisioned }
admin-sub-cluster-silent = ⚠️ The cluster does not answer: conditions and panels are not known.
admin-sub-cluster-none = ⚠️ The cluster has no such resource yet.
admin-sub-conditions = <b>Cluster</b> { $delivered }
admin-sub-panel = panel
admin-sub-delivery-confirmed = there ✅
admin-sub-delivery-pending = not there yet ⏳
admin-sub-delivery-removing = to be taken off ♻️
admin-sub-ledger = <b>Ledger</b>, the newest

admin-ledger-title = 📒 <b>{ $name }</b> ends { $until }, because:
admin-entry-grant =
    { $source ->
        [charge] bought
        [trial] trial
        [compensation] compensation
       *[other] given by a person
    }
admin-entry-reversal =
    { $source ->
        [refund] refund of { $about }
        [dispute] dispute lost, { $about }
       *[other] taken back, { $about }
    }
admin-entry-hold =
    { $source ->
        [ban] banned
        [dispute] disputed
       *[other] suspended
    }
admin-entry-release = end of { $about }
admin-entry-reset = traffic counted anew
admin-entry-reason = “{ $reason }”

## Lists

admin-list-empty = Nothing here.
admin-list-orders = <b>Orders</b>
admin-list-charges = <b>Charges</b>
admin-list-notices = <b>What the bot told the customer</b>
admin-list-audit = <b>What people did</b>
admin-order-pending = open
admin-order-paid = paid ✅
admin-order-trial = trial 🎁
admin-order-canceled = canceled
admin-order-expired = run out
admin-order-superseded = replaced
admin-order-review = 🧾 receipt waits

## Charges

admin-disposition-granted = granted
admin-disposition-surplus = paid twice
admin-disposition-mismatch = wrong amount, payer or currency
admin-disposition-orphan = order is not known
admin-disposition-foreign = not of this shop
admin-disposition-blocked = customer is banned
admin-test-money = 🧪 Test money
admin-charge-title = 💳 <b>{ $amount }</b> by { $provider }
admin-charge-reason = Why: { $reason }
admin-charge-paid = Paid { $at }
admin-charge-paid-by = Paid { $at } by { $payer }
admin-charge-nobody = 👤 No customer is known for it.
admin-charge-order = Order <code>{ $order }</code>
admin-charge-refunded = ↩️ { $amount } sent back
admin-charge-refunding = ↩️ Asked to be sent back
admin-charge-by-hand = ↩️ To be sent back by you: this way of paying sends nothing back by itself
admin-charge-refused = ❌ The provider refused to send it back: { $reason }
admin-charge-owner = Taken by: { $owner }
admin-charge-owner-nobody = Taken by: nobody
admin-charge-settled = ✔️ Settled: { $settlement } by { $by }
admin-taken-by-other = Somebody else has it by now.

## Queues

admin-queues = 📥 What needs a person, with the age of the oldest:
admin-queues-empty = 📥 Nothing waits for a person.
admin-queue-transfers = 🧾 Receipts
admin-queue-surplus = Paid twice
admin-queue-mismatch = Does not fit its order
admin-queue-orphan = Order not known
admin-queue-blocked = Of banned customers
admin-queue-refused = To be sent back
admin-queue-surplus-about = The order was paid already, and the provider cannot send money back by itself. After 72 hours it becomes time unless somebody takes it.
admin-queue-mismatch-about = Another amount, currency or payer than the order has. Find out, then send it back or give time.
admin-queue-orphan-about = Marked by this shop, but its order is not on record, for example after a restore.
admin-queue-blocked-about = Paid by somebody who is banned. Send it back, or end the ban and give time.
admin-queue-refused-about = The provider refused, or sends nothing back at all, as with card transfers. Send it back yourself and say so: then the time ends too.

## Revenue

admin-revenue-title = 📈 <b>Revenue</b> ({ $zone }), refunds subtracted
admin-revenue-today = <b>Today</b>
admin-revenue-month = <b>This month</b>
admin-revenue-none = Nothing.
admin-revenue-line =
    { $provider }: <b>{ $net }</b>, { $charges ->
        [one] { $charges } payment
       *[other] { $charges } payments
    }
admin-revenue-refunds = ({ $paid } − { $refunded })

admin-admins = 👥 <b>Admins</b>
admin-admins-line = { $person } · { $role }
admin-admins-how = They are added and removed with <code>wayleave admin add</code> and <code>wayleave admin remove</code>.

## Acts

admin-ask-reason = Tap a reason, or write your own: that does it.
admin-why-request = 🙋 The customer asked
admin-why-trouble = 🛠 Something went wrong
admin-why-abuse = 🚫 Abuse
admin-done-already = That is done, or was called off.
admin-refused = ✖ Not done: { $why }

admin-ask-compensate =
    { $days ->
        [one] Give { $days } day for { $what }?
       *[other] Give { $days } days for { $what }?
    }
admin-ask-grant = Give { $length } for { $what }?
admin-ask-suspend = Suspend { $what }? Time runs on.
admin-ask-resume = Resume { $what }?
admin-ask-keys = New keys for { $what }? Old ones go on working for a while.
admin-ask-address = A new link for { $what }? The old one stops working in 15 minutes.
admin-ask-ban = Ban { $what }? All subscriptions are suspended and open orders closed; time runs on.
admin-ask-unban = End the ban of { $what }?
admin-ask-refund = Send <b>{ $what }</b> back? The time that it bought ends when the provider confirms.
admin-ask-refund-by-hand = Send <b>{ $what }</b> back? You have to transfer it yourself: this way of paying sends nothing back. The time that it bought ends when you say that you have.
admin-ask-extend = Give time for { $what }? As much as its order would have bought.
admin-ask-returned = Have you sent <b>{ $what }</b> back yourself? The time that it bought ends at once.
admin-ask-dismiss = Mark { $what } as dealt with? No money moves.
admin-ask-refunds = Send refunds of { $what } again? Those that wait go out at once.
admin-grant-what = Give what? Days are like those before; a plan brings its own limits.

admin-did-compensate =
    { $days ->
        [one] 🩹 { $days } day given for { $what }.
       *[other] 🩹 { $days } days given for { $what }.
    }
admin-did-grant = 🎁 { $length } given for { $what }.
admin-did-suspend = ⏸ { $what } is suspended.
admin-did-resume = ▶️ { $what } is resumed.
admin-did-keys = 🔐 New keys for { $what } are on their way.
admin-did-address = 🔗 { $what } has a new link; the customer finds it in the subscription.
admin-did-ban = ⛔ { $what } is banned.
admin-did-unban = ✅ The ban of { $what } has ended.
admin-did-refund = ↩️ { $what }: asked for. The customer is told when it has gone back.
admin-did-refund-by-hand = ↩️ { $what }: now transfer it back yourself, nothing is sent by itself. Until you say that you have, it waits under “Needs a person”.
admin-did-extend = ⏩ Time given for { $what }.
admin-did-returned = 💸 { $what } is on record as sent back.
admin-did-dismiss = ✔️ { $what } is dealt with.
admin-did-refunds = ▶️ Refunds of { $what } are sent again.

## Receipts

admin-transfers = 🧾 Receipts that wait, the oldest first:
admin-transfers-none = 🧾 No receipt waits.
admin-transfer-title = 🧾 <b>{ $price }</b> for { $title }
admin-transfer-facts = { $at } · { $method } · { $length }
admin-transfer-repeats = ⚠️ <b>This picture was shown before.</b>
admin-transfer-order = ⚠️ The order is { $state }: the money still counts.
admin-transfer-approved = ✅ Approved by { $by }, { $at }
admin-transfer-declined = ✖ Declined by { $by }, { $at }
admin-transfer-decided =
    { $decision ->
        [approved] Approved by { $by } already.
       *[declined] Declined by { $by } already.
    }
admin-transfer-odd = ⚠️ The money did not buy what was ordered: { $what }. It waits for a person.
admin-toast-approved = Approved
admin-toast-declined = Declined
admin-decline-ask = Why? The customer reads it. Tap a reason, or write your own: that declines it.
admin-decline-done = ✖ The answer is on record.
admin-decline-canceled = Nothing was declined: the receipt still waits.
admin-decline-missing = The money has not arrived.
admin-decline-amount = The amount is not the one of the order.
admin-decline-unreadable = The receipt cannot be read.

## Support

admin-support-from = 💬 { $person } writes. <i>Reply to this message to answer.</i>
admin-support-answer = ✍️ Your next message goes to { $name }.
admin-support-answered = ✓ Sent to the customer.
