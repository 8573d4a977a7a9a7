import Type from 'typebox';

import { atomicList, int32, oneOf, rules } from './builders.ts';
import { title } from './shared.ts';
import { httpsUrl } from './urls.ts';

/** What an app can be given: the names of `?format=`. A test holds them to the formats that there are. */
export const appFormats = ['links', 'plain', 'mihomo', 'sing-box', 'sing-box-legacy', 'xray'] as const;

const BASE = `^(https://[A-Za-z0-9.-]+|http://(localhost|127[.]0[.]0[.]1))(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$`;

const app = Type.Object(
  {
    userAgentPrefix: Type.String({
      description:
        'What the user agent of the app begins with, in any case and up to the end of a word: `Happ` is `Happ/3.26.1` and not `Happiness/1`.',
      minLength: 1,
      maxLength: 64,
      ...rules({
        rule: `self.matches('^[!-~]([ -~]*[!-~])?$')`,
        message: 'must be printable ASCII without space at either end, such as Happ or FlClash X',
      }),
    }),
    format: oneOf([...appFormats], { description: 'What it gets.' }),
  },
  { description: 'One app.' },
);

const announce = Type.Object(
  {
    text: title,
    url: Type.Optional(httpsUrl('Page that it leads to.')),
  },
  { description: 'A line above the servers, in apps that have room for one. They show about 200 characters.' },
);

const happ = Type.Object(
  {
    routing: Type.Optional(
      Type.String({
        description: 'Link that sets the routing of the app, as the app exports it: `happ://routing/…`.',
        minLength: 1,
        maxLength: 4096,
        ...rules({
          rule: `self.matches('^happ://routing/[!-~]+$')`,
          message: 'must be a link that begins with happ://routing/, in ASCII and without spaces',
        }),
      }),
    ),
    hideSettings: Type.Optional(
      Type.Boolean({ description: 'Keeps customers from seeing and editing the settings of servers.' }),
    ),
  },
  { description: 'What the app Happ alone understands.' },
);

/** What apps and pages of customers show in the shop's name. */
export const shopSubscriptions = Type.Object(
  {
    title: Type.Optional(title),
    updateIntervalHours: Type.Optional(
      int32({
        description:
          'How often apps should come back, in hours. Without it: what the subscription service was started with.',
        minimum: 1,
        maximum: 720,
      }),
    ),
    webPageUrl: Type.Optional(
      httpsUrl("Page that apps link to as the seller's. Without it: the customer's own page, at his address."),
    ),
    announce: Type.Optional(announce),
    apps: Type.Optional(
      Type.Array(app, {
        description:
          'Which app gets which format, before the rules that are built in. The first that fits decides, unless the address itself asks for a format.',
        maxItems: 32,
        ...atomicList,
      }),
    ),
    happ: Type.Optional(happ),
    otherPublicUrls: Type.Optional(
      Type.Array(Type.String({ description: 'A base like `publicUrl`.', minLength: 1, maxLength: 512 }), {
        description:
          'Further bases under which the same addresses answer, for example old domains. The bot hands out `publicUrl`; a page shows the address that it was asked for under.',
        maxItems: 8,
        'x-kubernetes-list-type': 'set',
      }),
    ),
  },
  {
    description:
      "What customers' apps and pages show in the shop's name. `title` is what apps call the profile; without it they show what the subscription is called, which is the plan's title. The address of support comes from `support`.",
    ...rules({
      // Beside the list and not in it: the API server repeats a value that is refused, and it may hold a password.
      rule: `!has(self.otherPublicUrls) || self.otherPublicUrls.all(base, base.matches('${BASE}'))`,
      message:
        'must be URLs such as https://sub.example.com, with at most a path (http only on this machine, for trying out)',
      fieldPath: '.otherPublicUrls',
    }),
  },
);
