import { checkoutCommands } from '#checkout';
import type { Command } from '../src/commands/command.ts';
import { productionCommands } from '../src/commands/commands.ts';
import type { OptionSpec } from '../src/commands/option.ts';

const introduction = `# Configuration

Every setting of every command. A setting comes from its flag, else from its environment variable, else from its default;
an empty variable counts as unset. A value that cannot be, and a variable that begins with \`WAYLEAVE_\` and that nothing
reads, end the program at once with one sentence and exit code 2. \`wayleave <command> --help\` says in the terminal what
stands here.

Durations are written \`500ms\`, \`15s\`, \`2m\`, \`1h\`; addresses to listen on \`127.0.0.1:9080\` or \`[::1]:9080\`. Exit codes:
0 done, 1 could not do it, 2 the call is wrong.`;

const conclusion = `## Other variables

| variable | read by | says |
|---|---|---|
| \`NO_COLOR\` | all | any value: no colours in logs on a terminal |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | \`bot\` | base of a collector that takes OTLP over HTTP; without it no [traces](../observability.md#traces) are sent |
| \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\` | \`bot\` | the whole address for traces, instead of the base |
| \`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_TIMEOUT\`, \`…_COMPRESSION\`, \`…_CERTIFICATE\`, \`…_CLIENT_CERTIFICATE\`, \`…_CLIENT_KEY\` | \`bot\` | how to send, as [OpenTelemetry says](https://opentelemetry.io/docs/specs/otel/protocol/exporter/); also with \`TRACES\` in the name |
| \`OTEL_EXPORTER_OTLP_PROTOCOL\` | \`bot\` | \`http/protobuf\`, which is the only one; with \`grpc\` nothing is sent |
| \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\` | \`bot\` | which part of orders: \`always_on\`, \`always_off\`, \`traceidratio\` with a number from 0 to 1; \`parentbased_…\` means the same |
| \`OTEL_SERVICE_NAME\`, \`OTEL_RESOURCE_ATTRIBUTES\` | \`bot\` | instead of \`wayleave-bot\`, and what else is to stand at each trace |
| \`OTEL_TRACES_EXPORTER=none\`, \`OTEL_SDK_DISABLED=true\` | \`bot\` | no traces, whatever else is set |
| \`WAYLEAVE_CACHE\` | \`up\`, tests | where programs that were built are kept; else \`$XDG_CACHE_HOME/wayleave\`, else \`~/.cache/wayleave\` |
| \`WAYLEAVE_TOOL_<NAME>\`, \`TEST_ASSET_<NAME>\` | \`up\`, tests | a ready program instead of one that is built, for example \`WAYLEAVE_TOOL_KUBE_APISERVER\` |
| \`WAYLEAVE_TEST_PANEL_URL\`, \`…_TOKEN\`, \`…_USERNAME\`, \`…_PASSWORD\` | tests | a panel to run the driver's contract against: see [testing](../testing.md) |
| \`WAYLEAVE_FAILPOINT\` | \`operator\`, \`bot\` | for kill tests only: the process kills itself at the point of that name, or with \`name:n\` when it passes it for the n-th time, and warns of it when it starts |

Variables that Kubernetes puts into pods for its Services (\`WAYLEAVE_…_SERVICE_HOST\`, \`…_PORT\`) are not taken for typing
errors. A value of OpenTelemetry's that cannot be is warned of and ends nothing: a cluster may give these to every pod.`;

/** The page about every setting, from the definitions that `--help` is made of. */
export function configurationPage(): string {
  const commands = [...productionCommands, ...checkoutCommands];
  return [introduction, ...commands.flatMap((command) => sections(command, 'wayleave')), conclusion].join('\n\n');
}

function sections(command: Command, prefix: string): string[] {
  const call = `${prefix} ${command.name}`;
  return [
    [`## ${call}`, plain(command.description), optionsTable(Object.values(command.options))].join('\n\n'),
    ...(command.subcommands ?? []).flatMap((one) => sections(one, call)),
  ];
}

function optionsTable(specs: readonly OptionSpec<unknown>[]): string {
  if (specs.length === 0) return 'It has no settings.';
  const rows = specs.map(({ flag, variable, fallback, presence, summary, secret }) => {
    const standard = fallback === undefined ? (presence === 'always' ? '**required**' : '') : code(fallback);
    const isBetterHidden = secret === true && flag !== undefined;
    const says = isBetterHidden ? `${summary}; may hold a password: better a variable than a flag` : summary;
    return [flag === undefined ? '' : code(flag), variable === undefined ? '' : code(variable), standard, says];
  });
  return [['flag', 'variable', 'default', 'says'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** `<token>` is no HTML. */
function plain(text: string): string {
  return text.replaceAll('<', String.raw`\<`);
}

function code(text: string): string {
  return `\`${text}\``;
}
