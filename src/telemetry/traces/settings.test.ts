import { describe, expect, it } from 'vitest';
import { readTraceSettings } from './settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const url = 'http://collector:4318/v1/traces';

describe('where traces go', () => {
  it.each([
    ['a base', endpoint, url],
    [
      'a base with a path',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://o.example.com/otlp/' },
      'https://o.example.com/otlp/v1/traces',
    ],
    [
      'an address for traces, as it is',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://o.example.com/t' },
      'https://o.example.com/t',
    ],
    ['both', { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:1/x' }, 'http://traces:1/x'],
    ['an empty one for traces', { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }, url],
    ['an exporter that is the one there is', { ...endpoint, OTEL_TRACES_EXPORTER: 'otlp' }, url],
    ['the protocol that is spoken', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, url],
    [
      'the protocol for traces before that for everything',
      { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      url,
    ],
  ])('%s', (_, env, expected) => {
    expect(readTraceSettings(env)).toEqual({ url: expected, ratio: 1, complaints: [] });
  });

  it.each([
    ['nothing is said', {}],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['everything is off', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }],
    ['there is no exporter', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    ['nothing is sampled', { ...endpoint, OTEL_TRACES_SAMPLER: 'always_off' }],
    ['nothing of it is sampled', { ...endpoint, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
    ['it is refused for a protocol, but nobody wants traces', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  ])('nowhere, without a word, where %s', (_, env) => {
    expect(readTraceSettings(env)).toMatchObject({ url: undefined, complaints: [] });
  });

  it.each([
    ['an address that is none', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['gRPC', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, '4318'],
    ['an exporter that is not there', { ...endpoint, OTEL_TRACES_EXPORTER: 'console' }, 'OTEL_TRACES_EXPORTER'],
  ])('nowhere, with a complaint, for %s', (_, env, said) => {
    const { url: found, complaints } = readTraceSettings(env);
    expect(found).toBeUndefined();
    expect(complaints).toEqual([expect.stringContaining(said)]);
  });

  it('keeps the password of an address out of the complaint', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:hunter2@collector' };
    expect(JSON.stringify(readTraceSettings(env))).not.toContain('hunter2');
  });

  it('there all the same, with a complaint, for an encoding that is another one', () => {
    const settings = readTraceSettings({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    expect(settings.url).toBe(url);
    expect(settings.complaints).toEqual([expect.stringContaining('http/json')]);
  });
});

describe('which part of traces is kept', () => {
  it.each([
    ['always_on', undefined, 1],
    ['parentbased_always_on', '0.1', 1],
    ['traceidratio', '0.25', 0.25],
    ['parentbased_traceidratio', '0.01', 0.01],
    ['traceidratio', undefined, 1],
  ])('%s with %s', (sampler, argument, ratio) => {
    const env = { ...endpoint, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
    expect(readTraceSettings(env)).toMatchObject({ url, ratio, complaints: [] });
  });

  it.each([
    ['xray', undefined, 'OTEL_TRACES_SAMPLER'],
    ['traceidratio', '25%', 'OTEL_TRACES_SAMPLER_ARG'],
    ['traceidratio', '-1', 'OTEL_TRACES_SAMPLER_ARG'],
  ])('all, with a complaint, for %s with %s', (sampler, argument, said) => {
    const env = { ...endpoint, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
    const { ratio, complaints } = readTraceSettings(env);
    expect(ratio).toBe(1);
    expect(complaints).toEqual([expect.stringContaining(said)]);
  });
});
