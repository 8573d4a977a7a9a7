import type { PageTexts } from './page-texts.ts';
import { pluralsOf } from './plurals.ts';

const plural = pluralsOf('en');
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const stays = 'Your link and your apps stay as they are.';

export const enPage: PageTexts = {
  states: {
    active: {
      badge: 'Active',
      headline: ({ until, left }) => (until === undefined ? 'No end date' : `${left} left`),
      line: ({ until }) => (until === undefined ? undefined : `Works until ${until}`),
    },
    ending: {
      badge: 'Ends soon',
      headline: ({ left }) => `${left} left`,
      line: ({ until }) => `Works until ${until ?? ''}. Renew in time: your link and your apps stay as they are.`,
    },
    preparing: {
      badge: 'Being set up',
      headline: () => 'Your servers are being set up',
      line: ({ until }) => `This takes a few seconds.${until === undefined ? '' : ` Paid until ${until}.`}`,
    },
    expired: {
      badge: 'Ended',
      headline: ({ ago }) => `Ended ${ago}`,
      line: ({ until }) => `It worked until ${until ?? ''}. Renew, and the same link works again. ${stays}`,
    },
    limited: {
      badge: 'No traffic left',
      headline: () => 'The traffic is used up',
      line: ({ reset }) =>
        reset === undefined
          ? `Renew, or take a larger plan. ${stays}`
          : `There is new traffic on ${reset}. To go on before that, take a larger plan. ${stays}`,
    },
    suspended: {
      badge: 'Suspended',
      headline: () => 'Access is suspended',
      line: ({ until }) => `${until === undefined ? '' : `Paid until ${until}. `}Please write to support.`,
    },
    denied: {
      badge: 'Not paid',
      headline: () => 'Not paid for any more',
      line: () => `Renew, and the same link works again. ${stays}`,
    },
    moved: {
      badge: 'Replaced',
      headline: () => 'This link was replaced',
      line: () => 'Take the new one from where you got this one, and put it into your apps.',
    },
  },
  renew: 'Renew',
  openBot: 'Open the bot',
  askSupport: 'Write to support',
  lookAgain: 'Look again',
  announceMore: 'More',
  platforms: { android: 'Android', ios: 'iPhone, iPad', windows: 'Windows', macos: 'Mac', linux: 'Linux' },
  connect: {
    title: 'Connect',
    add: (app) => `Add to ${app}`,
    get: (app) => `Get ${app}`,
    addShort: 'Add',
    getShort: 'Get',
    notInstalled: 'Not installed yet?',
    otherApps: 'Other apps',
    byHand: 'Takes your link: copy it, and add it there as a subscription',
    address: 'Your link',
    copy: 'Copy',
    copied: 'Copied',
    secret: 'It fits into every app that takes a subscription. It is your key: do not show it to others.',
    collapsed: 'Link and apps',
  },
  elsewhere: {
    title: 'Another device',
    scan: 'Scan it with that device’s camera: this page opens there. Or scan it in the app.',
    code: 'QR code of your link',
    apps: 'Apps for all devices',
  },
  traffic: {
    title: 'Traffic',
    used: (used, limit) => `${used} of ${limit}`,
    unlimited: (used) => `${used}, unlimited`,
    left: (left) => `${left} left`,
    monthly: (day) => `counted anew on ${day}`,
    renewal: 'counted anew with each renewal',
  },
  devices: {
    title: (used, limit) => `Devices: ${used} of ${limit}`,
    none: 'None yet. They appear when an app updates the subscription.',
    unnamed: 'Unnamed device',
    seen: (day) => `last seen ${day}`,
    remove: 'Remove',
    removeYes: 'Yes, remove it',
    hint: 'Remove one to make room for another. Only apps that tell which device they run on are counted; one that was not seen for 60 days makes room by itself.',
    more: (count) => `${count} more in the bot`,
  },
  servers: {
    title: 'Servers',
    some: (ready) => `✓ ${ready} ${plural(ready, { one: 'server', other: 'servers' })} ready`,
    all: (total) => (total === 1 ? '✓ Your server is ready' : `✓ All ${total} servers ready`),
    part: (ready, total) => {
      const missing = total - ready;
      const others = `the other ${missing} arrive by themselves`;
      const last = total > 1 ? (ordinals[total - 1] ?? 'last') : 'last';
      return `${ready} of ${total} servers ready; ${missing === 1 ? `the ${last} arrives by itself` : others}`;
    },
    entries: (count) =>
      `In your app: ${count} ${plural(count, { one: 'entry', other: 'entries' })}, several ways to a server.`,
    more: (count) => `${count} more`,
  },
  telegram: {
    title: 'For Telegram alone',
    hint: 'A proxy inside Telegram: works without any app.',
    open: 'Connect',
    more: (count) => `${count} more are not shown here: ask support for them`,
  },
  links: {
    title: 'Links one by one',
    hint: 'For apps that take no subscription. They do not change by themselves when servers do.',
    file: 'All links as a file',
    more: (count) => `${count} more ${plural(count, { one: 'is', other: 'are' })} in the file`,
  },
  support: 'Support',
  website: 'Website',
};
