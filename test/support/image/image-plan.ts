import { pairsOf, type Stage } from './dockerfile.ts';

/** What the last stage of a Dockerfile makes of its base. */
export interface ImagePlan {
  readonly base: string;
  readonly copies: readonly Copy[];
  readonly config: ContainerConfig;
}

export interface Copy {
  /** The stage that it comes from, by name. */
  readonly stage: string;
  readonly from: string;
  readonly to: string;
}

/** The part of an OCI image configuration that says how to run it, in the words of the specification. */
export interface ContainerConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal: string;
}

/** The variables that a container of the image has, by name. */
export function variablesOf({ Env }: Pick<ContainerConfig, 'Env'>): Readonly<Record<string, string>> {
  return Object.fromEntries(Env.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** @throws SyntaxError for an instruction that this builder does not know: it must not make another image than Docker */
export function planImage({ base, instructions }: Stage): ImagePlan {
  const copies: Copy[] = [];
  let config: ContainerConfig = {
    User: '',
    Env: [],
    Entrypoint: [],
    Cmd: [],
    WorkingDir: '/',
    ExposedPorts: {},
    Labels: {},
    StopSignal: 'SIGTERM',
  };
  for (const { keyword, text } of instructions) {
    if (keyword === 'COPY') copies.push(copyOf(text));
    else config = { ...config, ...settingOf(keyword, text, config) };
  }
  return { base, copies, config };
}

function settingOf(keyword: string, text: string, { Env, Labels }: ContainerConfig): Partial<ContainerConfig> {
  switch (keyword) {
    case 'LABEL':
      return { Labels: { ...Labels, ...pairsOf(text) } };
    case 'ENV':
      return { Env: [...Env, ...Object.entries(pairsOf(text)).map(([name, value]) => `${name}=${value}`)] };
    case 'USER':
      return { User: text };
    case 'WORKDIR':
      return { WorkingDir: text };
    case 'EXPOSE':
      return { ExposedPorts: Object.fromEntries(text.split(/\s+/).map((port) => [`${port}/tcp`, {}])) };
    case 'STOPSIGNAL':
      return { StopSignal: text };
    case 'ENTRYPOINT':
      return { Entrypoint: wordsOf(keyword, text) };
    case 'CMD':
      return { Cmd: wordsOf(keyword, text) };
    default:
      throw new SyntaxError(`${keyword} in the last stage of the Dockerfile: teach image-plan.ts what it means`);
  }
}

function copyOf(text: string): Copy {
  const [, stage = '', from = '', to = ''] = /^--from=(\S+)\s+(\S+)\s+(\S+)$/.exec(text) ?? [];
  if (to === '') throw new SyntaxError(`COPY ${text}: the last stage copies one path at a time, from another stage`);
  return { stage, from, to };
}

/** Without a shell in the image there is only the form that is JSON. */
function wordsOf(keyword: string, text: string): string[] {
  try {
    return JSON.parse(text) as string[];
  } catch (cause) {
    throw new SyntaxError(`${keyword} ${text}: must be a JSON list, the image has no shell`, { cause });
  }
}
