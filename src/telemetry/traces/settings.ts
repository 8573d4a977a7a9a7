/** What the environment says about traces. */
export interface TraceSettings {
  /** Where they are posted to; absent: nobody wants any, or `complaints` says why they cannot be sent. */
  readonly url: string | undefined;
  /** Which part of them is kept, from 0 to 1. */
  readonly ratio: number;
  /** What of it is not as it should be, and what is done instead: a sentence each. */
  readonly complaints: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that the OpenTelemetry specification names. Those about how to send (headers, time limit, compression,
 * certificates) and about the resource are read by OpenTelemetry's own packages.
 *
 * Nothing here ends the program, unlike with settings of our own: a cluster may give these variables to every pod, and a
 * shop must not stand still for them.
 */
export function readTraceSettings(env: Environment): TraceSettings {
  const complaints: string[] = [];
  const url = isRefused(env, complaints) ? undefined : urlOf(env, complaints);
  const ratio = url === undefined ? 0 : sampledPart(env, complaints);
  return { url: ratio === 0 ? undefined : url, ratio, complaints };
}

/** An empty variable counts as unset. */
function valueOf(env: Environment, ...names: readonly string[]): readonly [name: string, value: string] | undefined {
  for (const name of names) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return [name, value];
  }
  return undefined;
}

function isRefused(env: Environment, complaints: string[]): boolean {
  if (valueOf(env, 'OTEL_SDK_DISABLED')?.[1].toLowerCase() === 'true') return true;
  const exporter = valueOf(env, 'OTEL_TRACES_EXPORTER')?.[1] ?? 'otlp';
  if (exporter === 'none') return true;
  if (exporter === 'otlp') return false;
  complaints.push(`OTEL_TRACES_EXPORTER is ${quote(exporter)}; only otlp and none are known: no traces are sent`);
  return true;
}

function urlOf(env: Environment, complaints: string[]): string | undefined {
  const given = valueOf(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? valueOf(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (given === undefined) return undefined;
  const [name, value] = given;
  if (speaksGrpc(env, complaints)) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    complaints.push(`${name} is no http or https address: no traces are sent`);
    return undefined;
  }
  // The address of traces is taken as it is; the address of everything is a base.
  if (name === 'OTEL_EXPORTER_OTLP_ENDPOINT') url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}

function speaksGrpc(env: Environment, complaints: string[]): boolean {
  const given = valueOf(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (given === undefined || given[1] === 'http/protobuf') return false;
  const [name, protocol] = given;
  if (protocol === 'grpc') {
    complaints.push(
      `${name} is grpc, which is not spoken: no traces are sent. ` +
        'Set it to http/protobuf, and the endpoint to the port for OTLP over HTTP, usually 4318',
    );
    return true;
  }
  complaints.push(`${name} is ${quote(protocol)}; traces are sent by http/protobuf`);
  return false;
}

/** An order begins its trace itself, so there is never a parent to follow. */
function sampledPart(env: Environment, complaints: string[]): number {
  const given = valueOf(env, 'OTEL_TRACES_SAMPLER')?.[1] ?? 'parentbased_always_on';
  const sampler = given.replace(/^parentbased_/, '');
  if (sampler === 'always_on') return 1;
  if (sampler === 'always_off') return 0;
  if (sampler === 'traceidratio') return ratioOf(env, complaints);
  complaints.push(`OTEL_TRACES_SAMPLER is ${quote(given)}, which is not known: all traces are sent`);
  return 1;
}

function ratioOf(env: Environment, complaints: string[]): number {
  const text = valueOf(env, 'OTEL_TRACES_SAMPLER_ARG')?.[1] ?? '1';
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  complaints.push(`OTEL_TRACES_SAMPLER_ARG is ${quote(text)} and no number from 0 to 1: all traces are sent`);
  return 1;
}

function quote(value: string): string {
  return JSON.stringify(value);
}
