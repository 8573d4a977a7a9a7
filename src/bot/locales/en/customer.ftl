### What customers read. HTML of Telegram in texts; buttons, toasts, invoices and commands are plain.

language-name = English

## Commands

command-menu = What you have, and what you can do
command-buy = Buy a plan
command-subscriptions = My subscriptions
command-help = How it works
command-language = Language
command-paysupport = Questions about a payment
command-terms = Terms of service

## Buttons

button-menu = Menu
button-back = ‹ Back
failed = Something went wrong on our side. Please try again in a minute.
button-again = Try again
button-trial = 🎁 Try for free
button-buy = 🛒 Buy
button-subscriptions = 🔑 My subscriptions
button-help = ❓ How it works
button-language = 🌐 Language
button-support = 💬 Support
button-support-page = 💬 Help page
button-terms = 📄 Read the terms
button-accept = ✅ I accept
button-channel = 📣 Open the channel
button-joined = ✅ I have joined
button-other-plans = Other plans
button-other-plan = 🔀 Another plan
button-other-way = ‹ Choose again
button-cancel = ✖ Cancel
button-extend = ⏩ Extend { $number }: { $title } · { $until }
button-owned = { $number }. { $title } · until { $until }
button-owned-over = { $number }. { $title } · ended { $until }
button-new = ➕ A new subscription
button-method = { $method } · { $price }
button-pay = Pay { $price }
button-copy-account = 📋 Copy the account number
button-send-receipt = 📷 Send a receipt
button-receipt-of = 📷 { $title } · { $price }
button-connect = 📱 Connect a device
button-copy = 📋 Copy the link
button-qr = 🔳 QR code
button-get-app = ⬇ Get { $app }
button-open-app = 🚀 Open in { $app }
button-renew = 🔄 Renew
button-new-address = 🔗 New link
button-new-address-yes = Yes, a new link
button-new-keys = 🔐 New keys
button-new-keys-yes = Yes, new keys
button-devices = 📱 Devices
button-remove-device = Yes, remove it
button-refund = ↩ Refund
button-refund-yes = Yes, send { $price } back
button-history = 🧾 Payments

button-stale = This button is out of date. Here is the menu.
not-understood = I do not know what to do with this. The menu shows what I can do.
banned = This account cannot be served here.

## Menu

menu-title = <b>{ $shop }</b>
menu-empty = You have no subscription yet. Pick a plan, pay, and a link for your apps is here in seconds.
menu-nothing-on-sale = Nothing can be bought at the moment. Please look in again later.

status-line-ready = <b>{ $title }</b>: works until { $until }
status-line-provisioning = <b>{ $title }</b>: servers are being set up
status-line-limited = <b>{ $title }</b>: traffic used up
status-line-expired = <b>{ $title }</b>: ended { $until }
status-line-suspended = <b>{ $title }</b>: suspended
status-line-ended = <b>{ $title }</b>: not paid for any more

## Terms and channel

terms-ask = Before the first subscription: please read the terms and accept them.
terms-ask-again = The terms have changed. Please read and accept them to go on.
terms-link = These are the terms of service.
terms-none = There are no terms to accept here.
channel-first = Please join the channel first.
channel-ask = Please join our channel first: news about servers is there. Then come back and press “I have joined”.

## Trial

trial-unavailable = There is no trial at the moment. Plans are in the menu.
trial-taken = You have had your trial. Plans are in the menu.

## Buying

plans-choose = Choose a plan:
plans-none = Nothing is on sale at the moment. Please look in again later, or ask us.
plan-title = <b>{ $title }</b>
plan-days =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
plan-traffic =
    { $reset ->
        [Monthly] { $size } of traffic a month
       *[other] { $size } of traffic
    }
plan-traffic-unlimited = Unlimited traffic
plan-devices =
    { $devices ->
        [one] { $devices } device
       *[other] Up to { $devices } devices
    }
plan-price = Price: { $prices }
plan-gone = This plan is not sold any more. What you have goes on; pick another plan for the time after.
plan-not-now = This plan cannot be bought at the moment: its servers have no room or do not answer. Please try again a little later.
plan-switch = <b>{ $title }</b> is not sold any more. Choose another plan: it takes over when the present one ends, and your link stays.
target-ask = <b>{ $plan }</b>: extend what you have, or a new subscription with a link of its own?
purchase-new = A new subscription, with a link of its own.
purchase-extend = Extends <b>{ $title }</b>, which lasts until { $until }. Your link stays.
method-ask = How would you like to pay?
method-stars = Telegram Stars
method-manual = Card transfer
invoice-description =
    { $days ->
        [one] { $title }: access for { $days } day. The link arrives here right after payment.
       *[other] { $title }: access for { $days } days. The link arrives here right after payment.
    }
pay-link = To pay: <b>{ $price }</b>. This price holds until { $until }. Access starts by itself when the payment arrives.
order-canceled = The order is canceled. Nothing was charged.
order-over = This order is closed.
order-expired = The order “{ $title }” ended without a payment. Nothing was charged.

## What Telegram shows when it refuses to take a payment; at most 200 characters

checkout-unknown = We do not know this order. Please choose a plan again: /buy
checkout-payer = This invoice is for somebody else. Please choose a plan yourself: /buy
checkout-banned = This account cannot be served here.
checkout-paid = This order is paid already. You find your subscription here: /subscriptions
checkout-closed = This order is closed. Please choose a plan again: /buy
checkout-expired = This order has run out. Please choose a plan again: /buy
checkout-price = The price has changed since. Please choose the plan again: /buy
checkout-unavailable = Payments cannot be taken right now. Nothing was charged; please try again in a minute.

## Card transfer

transfer-ask =
    To pay: <b>{ $price }</b>

    { $instructions }

    Transfer exactly this amount, then send a <b>screenshot or photo of the receipt</b> here, in this chat.
transfer-no-photo = Please send the receipt as a photo or screenshot. If you do not want to pay, press “Cancel”.
transfer-no-file = This file cannot be looked at here. Please open it, take a screenshot, and send that.
transfer-send-receipt = Send a screenshot or photo of the receipt here, in this chat.
transfer-sent = 🕓 Thank you, we have the receipt. A person looks at it, and access starts by itself right after.
transfer-waiting = 🕓 Your receipt is being looked at. Access starts by itself right after; there is nothing to do for you.
transfer-have = 🕓 We have your receipt already, and a person looks at it. Access starts by itself right after; there is nothing to do for you.
transfer-which = Which payment is this picture the receipt of? Press it, then send the picture once more.
transfer-other = If this picture is of another payment, press that one, then send the picture once more.
transfer-late = No payment of yours waits for a receipt now, but these orders ended lately. If you have paid for one of them, press it, then send the picture once more.
transfer-none = We have got your picture, but no payment of yours waits for a receipt. If you have paid, please write to support: nothing is lost.
transfer-declined = ✖ We could not confirm your transfer.
transfer-declined-again = If you have paid, send a picture of the receipt here: it is looked at again.
transfer-gone = This order is not there any more. If you have paid, please write to support.
transfer-paid = This order is paid already, and there is no receipt to send. If you have paid twice, please write to support: nothing is lost.
transfer-many = Several of your receipts are being looked at already. Please send this one again as soon as one of them is decided.

## How far an order is

progress-paid = <b>Paid ✓</b> · { $title }
progress-approved = <b>Payment confirmed ✓</b> · { $title }
progress-trial = <b>Your trial ✓</b> · { $title }
progress-until = Until { $until }
progress-link =
    Your link:
    <code>{ $address }</code>
progress-over = It has ended since.
servers-starting = ⏳ Your servers are being set up. This takes a few seconds.
servers-some =
    { $confirmed ->
        [one] ✓ { $confirmed } server ready
       *[other] ✓ { $confirmed } servers ready
    }
servers-all =
    { $wanted ->
        [one] ✓ Your server is ready
       *[other] ✓ All { $wanted } servers ready
    }
servers-part =
    { $confirmed } of { $wanted } servers ready; { $missing ->
        [1] { $wanted ->
            [2] the second
            [3] the third
            [4] the fourth
            [5] the fifth
            [6] the sixth
            [7] the seventh
            [8] the eighth
            [9] the ninth
            [10] the tenth
           *[other] the last
        } arrives by itself
       *[other] the other { $missing } arrive by themselves
    }

## Subscriptions

subscriptions-title = Your subscriptions:
subscriptions-none = You have no subscription yet.
subscription-title = <b>{ $title }</b>
status-ready = ✅ Works until { $until }
status-provisioning = ⏳ Servers are being set up; paid until { $until }
status-limited = ⚠️ The traffic is used up. Renew, or take a larger plan. Paid until { $until }
status-expired = ⌛ Ended { $until }. Renew, and the same link works again.
status-suspended = ⛔ Suspended; paid until { $until }. Please write to support.
status-ended = ⛔ Not paid for any more. Renew, and the same link works again.
traffic-of =
    Traffic: { $used } of { $limit }{ $reset ->
        [Monthly] {" "}a month
       *[other] {""}
    }
traffic-unlimited = Traffic: { $used }, unlimited

## Devices

devices-title = <b>Devices: { $used } of { $limit }</b>
devices-unlimited = <b>Devices</b>
devices-none = None yet. They appear when an app updates the subscription.
devices-line = { $device } · last seen { $seen }
devices-hint = Only apps that tell which device they run on are counted. One that was not seen for 60 days makes room by itself. Press one to remove it.
device-unnamed = Unnamed device
device-remove-ask = Remove “{ $device }”? It makes room for another one. Its app gets no servers any more when all places are taken again.

## Connecting

connect-ask =
    <b>{ $title }</b>

    <code>{ $address }</code>

    This link is your key: do not show it to others. Which device do you want to connect?
device-android = Android
device-ios = iPhone, iPad
device-windows = Windows
device-macos = Mac
device-linux = Linux
device-tv = TV
device-ask = { $device }: which app? The first one is the easiest.
qr-caption = <b>{ $title }</b>: scan this with the app on your other device.
steps-title = <b>{ $app }</b>
steps-install = 1. Install { $app }.
steps-open = 2. Press “Open in { $app }”: the servers appear by themselves.
steps-clipboard = 2. Copy the link, open { $app }, press + and choose “from clipboard”.
steps-profile = 2. Copy the link. In { $app } add a subscription (profile), paste the link and update it.
steps-connect = 3. Choose a server and connect.
steps-link = <code>{ $address }</code>
link-later = The link cannot be shown right now. Your subscription works; please try again in a minute.

address-ask = A new link instead of the old one? The old one stops working in 15 minutes, so apps need the new one. Take this when others have got your link.
address-new =
    Your new link. Put it into your apps; the old one stops working in 15 minutes.

    <code>{ $address }</code>
keys-ask = New keys on every server? Apps get them by themselves with their next update; old ones go on working for a while. Take this when somebody uses your access.
keys-new = 🔐 New keys are on their way to the servers. Update the subscription in your apps in a few minutes.
keys-fresh = 🔐 Your keys were renewed a moment ago. Please wait ten minutes before the next ones.

## Payments and refunds

history-title = Your payments:
history-none = There are no payments yet.
history-line =
    { $date } · { $title } · { $price }{ $outcome ->
        [refunded] {" "}· sent back
        [partly] {" "}· partly sent back
        [refunding] {" "}· being sent back
        [open] {" "}· support looks at it
       *[bought] {""}
    }
refund-ask = Send <b>{ $price }</b> for “{ $title }” back? The time that it bought ends at once.
refund-ordered = ↩ { $price } is on its way back. You get a message when it has arrived.
refund-open = ↩ { $price } is on its way back already.
refund-rule = Support decides about refunds. Please write what happened.
refund-late = The time in which you can take { $price } back yourself is over. Please write to support.
refund-used = More traffic was used than a refund by yourself allows. Please write to support.
refund-again = You have taken a payment back yourself within the last 30 days. Please write to support.
refund-method = { $price } cannot be sent back automatically. Please write to support.
paysupport = Questions about a payment? Payments and what became of them are in the list. If something is wrong, write to us: a person answers.

## Help

help =
    <b>How it works</b>

    1. Choose a plan and pay, or take the trial.
    2. Press “Connect a device”: there are steps for your device.
    3. Renew in time: the link and your apps stay as they are.

    The link is your key. If others have got it, take a new one in “My subscriptions”.
language-ask = Which language?
