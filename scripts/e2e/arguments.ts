import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../../src/commands/usage-error.ts';

/** What the chart's values `image.*` become. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export interface StoryArguments {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Undefined: the chart's own. */
  readonly image: ImageReference | undefined;
  readonly namespace: string;
  /** A file for helm. */
  readonly values: string | undefined;
  readonly databaseUrlFile: string | undefined;
  readonly keep: boolean;
}

export interface KindArguments {
  readonly name: string;
  readonly nodeImage: string | undefined;
  readonly keep: boolean;
}

/** Room for `-shop` within the 63 characters of a namespace. */
const namespacePattern = /^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$/;
/** A name of the same kind, for the containers that are the cluster's nodes. */
const clusterPattern = /^[a-z0-9][a-z0-9.-]{0,39}$/;

/** Whether somebody only wants to know. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** @throws UsageError with a sentence about what cannot be understood */
export function parseStoryArguments(args: readonly string[]): StoryArguments {
  const values = parse(args, {
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    image: { type: 'string' },
    namespace: { type: 'string', default: 'wayleave-e2e' },
    values: { type: 'string' },
    'database-url-file': { type: 'string' },
    keep: { type: 'boolean', default: false },
  });
  const { kubeconfig, context, image, namespace, keep } = values;
  if (kubeconfig === undefined && context === undefined) {
    // Not the cluster that happens to be current: it may be one that sells.
    throw new UsageError(
      'say which cluster: --kubeconfig FILE, or --context NAME of the kubeconfig that kubectl uses.',
    );
  }
  if (!namespacePattern.test(namespace)) {
    throw new UsageError(`--namespace ${namespace} must be lower-case letters, digits and "-", at most 58 of them.`);
  }
  return {
    kubeconfig,
    context,
    image: image === undefined ? undefined : parseImage(image),
    namespace,
    values: values.values,
    databaseUrlFile: values['database-url-file'],
    keep,
  };
}

/** @throws UsageError with a sentence about what cannot be understood */
export function parseKindArguments(args: readonly string[]): KindArguments {
  const values = parse(args, {
    name: { type: 'string', default: 'wayleave-e2e' },
    'node-image': { type: 'string' },
    keep: { type: 'boolean', default: false },
  });
  const { name, keep } = values;
  if (!clusterPattern.test(name)) throw new UsageError(`--name ${name} is no name of a kind cluster.`);
  return { name, nodeImage: values['node-image'], keep };
}

/** @throws UsageError when it names neither a tag nor a digest: what `latest` is, is different on every node */
export function parseImage(text: string): ImageReference {
  const found = /^(?<repository>[^@\s]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(text);
  const { repository = '', tag = '', digest = '' } = found?.groups ?? {};
  if (repository === '' || (tag === '' && digest === '')) {
    throw new UsageError(`--image ${text} must name a tag or a digest: registry.example.com/wayleave:0.1.0.`);
  }
  return { repository, tag, digest };
}

export function imageFlags({ repository, tag, digest }: ImageReference): readonly string[] {
  return [`--set-string=image.repository=${repository},image.tag=${tag},image.digest=${digest}`];
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError(
      `${cause instanceof Error ? cause.message : String(cause)}; --help tells what there is.`,
      cause,
    );
  }
}
