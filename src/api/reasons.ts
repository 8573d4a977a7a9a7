/*
 * Reasons are API: scripts and alerts match on them. Each has one sentence for the reference that says what happened and
 * how to mend it; the message of the condition adds names and figures.
 */

/** Reasons of a VPNPanel's conditions and of its inbounds. */
export const panelReasons = {
  Ready: 'The panel is reachable, supported and has what is asked for. Nothing to do.',
  Paused: '`spec.paused` is true, so the panel is left alone. Set it to false to go on.',
  Deleting:
    'The resource is being deleted: its clients are being removed first. Wait, or annotate it with `wayleave.dev/abandon=true` to leave them on the panel.',
  Observing: '`spec.mode` is `Observe`, so the panel is read and never written. Set it to `Manage` to sell on it.',
  Probing: 'The panel has not answered a probe of this operator yet. Wait for one poll interval.',
  Unreachable:
    'There is no answer at `spec.url`: the name does not resolve, the connection is refused or cut, or a deadline passed. Check that the panel runs, its port and the firewall; everything heals when it answers.',
  TLSUntrusted:
    'The certificate of the panel is not trusted or is for another name. Put the authority that signed it into `spec.caBundle`, renew it, or use the name that it was made for.',
  WrongBasePath:
    'Something answers at that host and port, but not under this path. Copy the whole address from the browser, with the secret base path of the panel, into `spec.url`.',
  CredentialsRefused:
    'The panel refuses the token, or the user name and password. Put valid ones into the Secret that `spec.credentialsSecretRef` names; it is read again at the next probe.',
  CredentialsMissing:
    'The Secret that `spec.credentialsSecretRef` names is absent, is not of type `wayleave.dev/panel-credentials`, or has neither `token` nor `username` and `password`. Create it anew: the type of a Secret cannot be changed.',
  TwoFactorRequired:
    'The panel asks for a second factor, which an operator cannot give. Create an API token on the panel and put it into the Secret as `token`, or switch two-factor login off.',
  TokenScopeTooSmall:
    'The token is valid but may not do what is needed. Create one that may read and change inbounds and clients, and put it into the Secret.',
  UnknownVersion:
    'This version of the panel is not known, so it is read and never written. Upgrade Wayleave, or put the panel back to a supported version.',
  DriverMismatch:
    'The panel is not what `spec.driver` says, so nothing is written. Correct `spec.url`, or set `spec.driver` to what it is or to `Auto`.',
  NotAPanel:
    'The answers make no sense for any panel that is known: perhaps a proxy, a login page or another program answers. Open `spec.url` in a browser and correct it.',
  InboundMissing:
    'The panel has no inbound with the tag or remark that `spec.inbounds` asks for. Create it on the panel, or correct the entry.',
  InboundAmbiguous:
    'Several inbounds have the remark that `spec.inbounds` asks for. Match by tag, or give them different remarks on the panel.',
  InboundUnusable:
    'An inbound that `spec.inbounds` asks for cannot be sold; `status.inbounds` says why. Mend it on the panel, or remove the entry.',
  NoUsableInbound:
    'The panel has no inbound that can be sold; `status.inbounds` says why for each. Enable or create a VLESS inbound on the panel.',
  DuplicatePanel:
    'Another VPNPanel stands for the same panel, and two writers would undo each other. Delete one of the two, or correct its `spec.url`.',
  CoreStopped:
    'The panel answers, but its Xray does not run, so nobody can connect. Look at the log of Xray on the page of the panel, mend its configuration and start it.',
  ClockSkewed:
    'The clock of the panel differs from ours by more than is harmless. Switch time synchronisation (NTP) on where the panel runs.',
  ClockInStep: 'The clock of the panel agrees with ours. Nothing to do.',
  NoDuplicate: 'No other VPNPanel stands for the same panel. Nothing to do.',
  Reachable: 'The panel answers. Nothing to do.',
  Supported: 'The product and version of the panel are known. Nothing to do.',
  TooManyRevocations:
    'More clients than max(20, 5 %) would be removed from this panel within ten minutes, which looks like an accident. If it is meant, annotate the panel with `wayleave.dev/allow-revocations=<now, as 2026-01-31T12:00:00Z>`; otherwise bring the deleted subscriptions back.',
  PanelRefuses:
    'The panel answers and refuses what is asked; the message has its words. It is asked again; look at the log of the panel if it lasts.',
  NoRevocationsHeld: 'No removal waits for a person. Nothing to do.',
  NotProbed: 'The panel could not be asked, so this is not known. Mend what `Reachable` or `Ready` says first.',
  Disabled: 'The inbound is switched off. Enable it on the panel.',
  UnsupportedProtocol: 'The inbound is not VLESS. Only VLESS inbounds can be sold.',
  UnsupportedTransport:
    'The transport of the inbound cannot be put into links. Use tcp (raw), ws, grpc, httpupgrade or xhttp.',
  UnsupportedSecurity: 'The security of the inbound cannot be put into links. Use none, tls or reality.',
  Invalid:
    'The settings of the inbound are incomplete or contradict each other; the message says which. Mend them on the panel.',
} as const;
export type PanelReason = keyof typeof panelReasons;

/** Reasons for which a panel is not ready because somebody wants it so: nothing is broken. */
export const wantedPanelReasons: ReadonlySet<string> = new Set<PanelReason>(['Paused', 'Observing', 'Deleting']);

/** Reasons of a VPNPlan's conditions. */
export const planReasons = {
  Sellable: 'Enough panels can take a subscription of this plan. Nothing to do.',
  AllPanelsReady: 'Every selected panel can take a subscription. Nothing to do.',
  NoPanelSelected:
    'No VPNPanel of the namespace matches `spec.panelSelector`. Correct the selector, or label a panel accordingly.',
  TooFewPanels:
    'Fewer selected panels than `spec.minPanels` are reachable, usable and have room; the message names the others. Mend those, add panels, or lower `spec.minPanels`.',
  SomePanelsNotReady:
    'Some selected panels cannot take a subscription now; the message names them. `kubectl get vpanel` says why.',
  Deleting: 'The plan is being deleted. Subscriptions that were bought keep what they have.',
} as const;
export type PlanReason = keyof typeof planReasons;

/** Reasons of a VPNSubscription's conditions and of its panels. */
export const subscriptionReasons = {
  Ready: 'The customer has access on every panel that the subscription is meant for. Nothing to do.',
  Provisioning: 'Panels are being told. Wait; the message says which are still open.',
  PartiallyProvisioned:
    'Enough panels for a start have it, others do not yet. The rest follows by itself when those panels answer: `kubectl get vpanel`.',
  Expired: '`spec.expiresAt` has passed. Set a later time, or let the customer renew.',
  NotExpired: 'Access has not expired. Nothing to do.',
  Limited:
    'The traffic limit is used up, so access is off on every panel. Raise `spec.trafficLimit`, or wait for the next reset.',
  NotLimited: 'The traffic limit is not used up, or there is none. Nothing to do.',
  Suspended: '`spec.suspended` is true, so access is off on every panel. Set it to false to give it back.',
  AccessDenied: '`spec.entitlementAccess` is `Denied`: it is not paid for (any more). A payment gives it back.',
  Paused: '`spec.paused` is true, so its clients are left as they are. Set it to false to go on.',
  NoPanelSelected:
    'No VPNPanel of the namespace matches. Correct `spec.panelSelector` (or that of the plan), or label a panel accordingly.',
  PlanNotFound:
    'The VPNPlan that `spec.planRef` names does not exist and this subscription does not say itself which panels it is on. Create the plan, or set `spec.panelSelector`.',
  WaitingForPanel:
    'The panel does not take changes now (unreachable, paused, held or being probed). It is told when it does: `kubectl get vpanel`.',
  PanelRefused:
    'The panel refuses this client, or does not keep it; the message has its words. It is tried again for ever; mend what the message says.',
  PanelFull:
    'No panel that it may be on has room (`spec.capacity.maxClients`); the message says why for each. Raise the figure of one, or add panels.',
  NoPanelOpen:
    'Panels match, and none takes new subscriptions; the message says why for each: `DuplicatePanel`, `Observing`, `Paused` as the VPNPanel itself says, `Cordoned` or `Draining` by its `spec.scheduling`. Mend or open one, or add panels.',
  TokenKeyMissing:
    'The Secret with the key that subscription addresses are derived from is not there, so no address can be given. Restore it from the backup; do not create a new one while customers have addresses.',
  NameConflict:
    'A Secret named `<name>-connection` exists and is not ours, so it is not overwritten. Rename or delete it, or set `spec.writeConnectionSecret` to false.',
  InstallationConflict:
    'On a panel a client of that name belongs to another installation. Let only one installation manage that panel.',
  Confirmed: 'Read back from the panel as it must be. Nothing to do.',
  Deselected: 'The panel is not selected any more; the client is being taken off it.',
} as const;
export type SubscriptionReason = keyof typeof subscriptionReasons;

/** Reasons of a VPNShop's conditions and of its payment methods. */
export const shopReasons = {
  Ready: 'The bot answers and customers can buy. Nothing to do.',
  Deleting: 'The shop is being deleted, so its bot is stopped. What was sold stays.',
  AnotherShop:
    'An older VPNShop of the same namespace is served; there is at most one. Delete one of the two, or put this one into a namespace of its own.',
  OnlyShop: 'No other VPNShop of the namespace is served. Nothing to do.',
  NotServed: 'The shop does not run, so this is not known. Mend what `Ready` says first.',
  NotAsked: 'Telegram could not be asked, so this is not known. Mend what `BotReachable` says first.',
  BotAnswers: 'Telegram accepts the token. Nothing to do.',
  TokenMissing:
    'The Secret that `spec.bot.tokenSecretRef` names is absent, is not of type `wayleave.dev/bot`, or has no token of a bot under `token`. Create it anew: the type of a Secret cannot be changed.',
  TokenRefused:
    'Telegram refuses the token: it was revoked or is mistyped. Copy it again from @BotFather into the Secret; it is read within a minute, and until then a running shop goes on with the token that it has.',
  TelegramUnreachable:
    'Telegram does not answer. Check that the bot may connect to it; everything heals when it answers, and no payment is lost meanwhile.',
  SimulatorInLiveShop:
    'The shop has `spec.mode: Live`, but this bot talks to a simulated Telegram on its own machine, where money is not real. Make a shop with `spec.mode: Test`, or run the bot against the real Telegram.',
  StartFailed:
    'The bot could not take the settings of the shop; the message says why. It tries again for ever; mend what the message says.',
  WebhookSet: 'Telegram sends updates to the address of this shop. Nothing to do.',
  NotUsed: 'Updates are polled, so no webhook is set. Nothing to do.',
  WebhookNotSet: 'Telegram was not told the address of this shop yet. Wait a few seconds.',
  WebhookFailing:
    'Telegram cannot deliver updates to the address of this shop; `status.webhook` has its words. Check that `spec.bot.webhookUrl` reaches the bot from the internet with a valid certificate, or set `spec.bot.updates` to `Polling`.',
  WebhookSecretInvalid:
    'The key `webhookSecret` of the Secret of the bot is not 1 to 256 letters, digits, `-` and `_`, so Telegram would refuse it. Correct it, or leave it out: then one is made.',
  AnotherProgram:
    'Another program takes the updates of this bot, so customers get no answers from us. Stop it, or revoke its token at @BotFather and put the new one into the Secret.',
  PaymentsReady: 'Every payment method that is enabled can be used. Nothing to do.',
  NoMethodUsable:
    'No payment method can be used, so nobody can buy. `status.methods` says why for each; enable one or mend its Secret.',
  SomeMethodsBroken:
    'Customers can buy, but not with every payment method that is enabled. `status.methods` says why; mend its Secret, or set `enabled` to false.',
  Usable: 'Customers can pay with it. Nothing to do.',
  Disabled: 'The payment method has `enabled: false`. Set it to true to offer it.',
  SecretMissing:
    'The Secret that the payment method names is absent or is not of type `wayleave.dev/provider`. Create it anew: the type of a Secret cannot be changed.',
  SecretInvalid:
    'The Secret of the payment method lacks a key, or its value is too long; the message says which. Put it into the Secret.',
  TimeZoneUnknown:
    'There is no time zone of that name, so times are told in UTC. Correct `spec.timeZone`, for example to `Europe/Berlin`.',
  TrialPlanMissing:
    'The VPNPlan that `spec.trial` names does not exist or has not `visibility: Trial`, so nobody gets a trial. Create it, or correct the name.',
  RefundsPaused:
    'Refunds wait for a person, because the database was restored and some may have been paid before. Compare the list of refunds with the provider, then resume them.',
  RefundsRunning: 'Refunds are paid as they are decided. Nothing to do.',
} as const;
export type ShopReason = keyof typeof shopReasons;

/**
 * Reasons of Events, which tell what happened once; conditions tell what is. Beside these, a change of the reason of
 * `Ready` is an Event with that reason, except for a subscription's progress.
 */
export const eventReasons = {
  DriftRepaired: 'Clients on a panel had been changed or removed by somebody else and were put back.',
  PanelReplaced: 'Another panel answers at the address of a VPNPanel; it is being filled anew with the same keys.',
  PanelAbandoned: 'A VPNPanel was released with clients left on the panel; the message counts them.',
  RevocationsHeld: 'Too many removals at once: they wait for a person.',
  Provisioned: 'A subscription reached enough panels for the customer to connect.',
  EntitlementOverridden:
    'Fields that the ledger owns were changed by hand and are put back. Use `wayleave ledger grant`, `revoke` or `compensate`, or `spec.suspended`.',
  BotReplaced:
    'The token of a VPNShop belongs to another bot than before: customers have to start that one, and Stars that the former one took cannot be refunded by it.',
} as const;
export type EventReason = keyof typeof eventReasons;
