import { describe, expect, it } from 'vitest';
import { pairsOf, parseDockerfile } from './dockerfile.ts';
import { planImage } from './image-plan.ts';

const text = `# syntax=docker/dockerfile:1
ARG NODE=24
FROM node:\${NODE}-slim AS build
ARG NODE
RUN make \\
    # a comment between
    everything

FROM base:1
ARG COMMIT=unknown
LABEL a.b="two words" \\
      c=\${COMMIT}
COPY --from=build /src/dist /app
USER 65532:65532
ENTRYPOINT ["/node", "/app/x.mjs"]
`;

function lastOf(dockerfile: string): ReturnType<typeof planImage> {
  const stage = parseDockerfile(dockerfile).at(-1);
  if (stage === undefined) throw new Error('no stage');
  return planImage(stage);
}

describe('the Dockerfile is read as Docker reads it', () => {
  it('by stages, with arguments, continued lines and without comments', () => {
    const [build, last] = parseDockerfile(text, { COMMIT: 'abc' });
    expect(build).toMatchObject({ base: 'node:24-slim', name: 'build' });
    expect(build?.instructions).toEqual([{ keyword: 'RUN', text: 'make everything' }]);
    expect(last?.instructions[0]).toEqual({ keyword: 'LABEL', text: 'a.b="two words" c=abc' });
  });

  it('an argument of another stage is not known', () => {
    expect(parseDockerfile(`FROM a\nARG X=1\nFROM b\nUSER \${X}\n`).at(-1)?.instructions[0]?.text).toBe('');
  });

  it('as a plan of the last stage', () => {
    const { copies, config } = lastOf(text);
    expect(copies).toEqual([{ stage: 'build', from: '/src/dist', to: '/app' }]);
    expect(config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['/node', '/app/x.mjs'],
      Labels: { c: 'unknown' },
    });
  });

  it.each([
    ['what it does not know', 'FROM a\nSHELL ["sh"]'],
    ['a command for a shell that is not there', 'FROM a\nENTRYPOINT node /app'],
    ['a file from the build context, which it has not', 'FROM a\nCOPY dist /app'],
    ['an instruction without a stage', 'USER 1'],
  ])('and refuses %s', (_, dockerfile) => {
    expect(() => lastOf(dockerfile)).toThrow(SyntaxError);
  });

  it('values keep what their quotes hold', () => {
    expect(pairsOf('A="b c" D=e F=""')).toEqual({ A: 'b c', D: 'e', F: '' });
  });
});
