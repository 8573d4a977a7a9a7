import { readRuleGroups, type AlertRule } from './alert-rules.ts';

const titles: Readonly<Record<string, string>> = {
  'wayleave-objective': 'The objective',
  'wayleave-money': 'Money',
  'wayleave-telegram': 'Telegram',
  'wayleave-panels': 'Panels',
  'wayleave-subscriptions': 'The subscription service',
  'wayleave-runtime': 'Processes',
};

const introduction = `# Alerts

\`page\` wakes somebody: customers are concerned now, and a person can do something. \`ticket\` waits until morning. Each has a
runbook: what it means, where to look, what to do. What every alert is made of: [Metrics](metrics.md). How to get them:
[Observability](observability.md).

## Before you are called

Runbooks are written for a release \`wayleave\` in namespace \`wayleave-system\`. On the machine that you will sit at:

\`\`\`sh
alias wayleave='kubectl -n wayleave-system exec deploy/wayleave-bot -- wayleave'
export DATABASE_URL="$(kubectl -n wayleave-system get secret wayleave-database -o jsonpath='{.data.bot-url}' | base64 -d)"
psql "$DATABASE_URL" -c 'select 1'    # a Postgres inside of the cluster: kubectl port-forward
\`\`\``;

/**
 * The page about every alert.
 *
 * @throws Error for a group that has no title here
 */
export function alertsPage(): string {
  const sections = readRuleGroups().map(({ name, rules }) => {
    const title = titles[name];
    if (title === undefined) throw new Error(`scripts/alerts-page.ts has no title for rule group ${name}`);
    return `## ${title}\n\n${table(rules.filter((rule) => 'alert' in rule))}`;
  });
  return [introduction, ...sections].join('\n\n');
}

function table(alerts: readonly AlertRule[]): string {
  const rows = alerts.map(
    ({ alert, labels, annotations, for: duration, expr }) =>
      `| [${alert}](runbooks/${alert}.md) | ${labels.severity} | ${annotations.summary} | ${duration} | \`${cell(expr)}\` |`,
  );
  return ['| alert | severity | what it says | for | while this is so |', '|---|---|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}
