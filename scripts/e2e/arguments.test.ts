import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/commands/usage-error.ts';
import { imageFlags, parseImage, parseKindArguments, parseStoryArguments } from './arguments.ts';

describe('npm run e2e', () => {
  it('wants to be told the cluster, and has a default for all else', () => {
    expect(parseStoryArguments(['--kubeconfig', 'a'])).toEqual({
      kubeconfig: 'a',
      context: undefined,
      image: undefined,
      namespace: 'wayleave-e2e',
      values: undefined,
      databaseUrlFile: undefined,
      keep: false,
    });
    expect(parseStoryArguments(['--context', 'c', '--keep'])).toMatchObject({ context: 'c', keep: true });
  });

  it.each([
    ['no cluster', [], '--kubeconfig'],
    ['an unknown option', ['--cluster', 'a'], '--cluster'],
    ['a namespace that cannot be', ['--context', 'c', '--namespace', 'Shop'], 'Shop'],
    ['a namespace beside which none fits', ['--context', 'c', '--namespace', 'a'.repeat(59)], '58'],
    ['an image without a tag', ['--context', 'c', '--image', 'registry.example.com:5000/wayleave'], 'tag'],
  ])('refuses %s, in a sentence', (_, args, part) => {
    expect(() => parseStoryArguments(args)).toThrow(UsageError);
    expect(() => parseStoryArguments(args)).toThrow(part);
  });
});

describe('an image', () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  it.each([
    ['wayleave:dev', { repository: 'wayleave', tag: 'dev', digest: '' }],
    ['example.com:5000/a/b:1.0', { repository: 'example.com:5000/a/b', tag: '1.0', digest: '' }],
    [`example.com/a@${digest}`, { repository: 'example.com/a', tag: '', digest }],
    [`example.com/a:1@${digest}`, { repository: 'example.com/a', tag: '1', digest }],
  ])('%s is taken apart as the chart has it', (text, parts) => {
    expect(parseImage(text)).toEqual(parts);
    expect(imageFlags(parts)).toEqual([
      `--set-string=image.repository=${parts.repository},image.tag=${parts.tag},image.digest=${parts.digest}`,
    ]);
  });

  it.each(['', 'a b:1', 'a:', '@', `a@${digest}0`, 'example.com/a'])('"%s" is refused', (text) => {
    expect(() => parseImage(text)).toThrow(UsageError);
  });
});

describe('npm run e2e:kind', () => {
  it('has a cluster of its own unless it is told another name', () => {
    expect(parseKindArguments([])).toEqual({ name: 'wayleave-e2e', nodeImage: undefined, keep: false });
    const other = parseKindArguments(['--name', 'b', '--node-image', 'kindest/node:v1.31.9']);
    expect(other).toMatchObject({ name: 'b', nodeImage: 'kindest/node:v1.31.9' });
  });

  it.each([[['--name', 'A b']], [['--kubeconfig', 'a']]])('refuses %s', (args) => {
    expect(() => parseKindArguments(args)).toThrow(UsageError);
  });
});
