/** What an image can be asked to run for ever, in the order of the table. */
export const services = ['operator', 'bot', 'subscriptions'] as const;
export type ServiceName = (typeof services)[number];

export const imageFigures: Readonly<Record<string, string>> = {
  image_size_mib:
    'The image as a registry holds it and a node pulls it, compressed by gzip: Node, the bundle, and what stands for the distroless base.',
  image_version_ms: 'In a container: from the spawn of `wayleave version` to its end; the median of 20.',
  image_operator_ready_ms:
    'In a container, on a local API server and Postgres: from the spawn of the operator to the first 200 of /readyz; the median of 7.',
  image_bot_ready_ms: 'The same for the bot, with a shop that polls a simulated Telegram.',
  image_subscriptions_ready_ms: 'The same for the subscription service.',
  image_operator_rss_mib:
    'Resident memory of the same operator 20 s after it was ready, leading, with two panels and nothing to do; the largest of three.',
  image_bot_rss_mib: 'The same of the bot, leading and polling; the largest of three.',
  image_subscriptions_rss_mib: 'The same of the subscription service; the largest of three.',
};
