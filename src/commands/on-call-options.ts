import { optional } from './option.ts';
import { kubeconfig, maybeDatabaseUrl, maybePublicUrl, namespace, watchNamespace } from './options.ts';
import { dataFolder } from './up/data-option.ts';
import { httpUrl, postgresUrl } from './value-kinds.ts';

/** Where everything is, for whoever looks at all of it; what is not given and not found is said to be out of reach. */
export const onCallOptions = {
  databaseUrl: maybeDatabaseUrl,
  directDatabaseUrl: optional({
    flag: '--direct-database-url <url>',
    variable: 'DATABASE_DIRECT_URL',
    summary: 'where --database-url is a pooler: Postgres itself, as the bot and the subscription service have it',
    kind: postgresUrl,
    secret: true,
  }),
  kubeconfig,
  namespace,
  watchNamespace,
  publicUrl: maybePublicUrl,
  telegramApiUrl: optional({
    flag: '--telegram-api-url <url>',
    variable: 'WAYLEAVE_TELEGRAM_API_URL',
    summary: 'the Bot API that the bot talks to, if it is another than https://api.telegram.org',
    kind: httpUrl,
  }),
  data: dataFolder,
};
