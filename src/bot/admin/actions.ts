/** What buttons of admins do. Written into messages that live for years: a name never changes its meaning. */
export const adminActions = {
  menu: 'a.menu',
  find: 'a.find',
  /** A page of what was found. */
  found: 'a.page',
  customer: 'a.cust',
  subscription: 'a.sub',
  ledger: 'a.led',
  orders: 'a.ord',
  charges: 'a.chs',
  notices: 'a.not',
  audit: 'a.aud',
  charge: 'a.ch',
  take: 'a.take',
  plans: 'a.plans',
  queues: 'a.qs',
  queue: 'a.q',
  transfers: 'a.trs',
  transfer: 'a.tr',
  approve: 'a.tr+',
  decline: 'a.tr-',
  declineFor: 'a.tr-for',
  /** Not to decline after all. */
  keepTransfer: 'a.tr0',
  revenue: 'a.rev',
  admins: 'a.adm',
  /** Asks before an act; then does it. */
  ask: 'a.act',
  act: 'a.go',
} as const;

/** Kinds of dialogs of admins. */
export const adminDialogs = { find: 'a.find', act: 'a.act', decline: 'a.decline' } as const;
