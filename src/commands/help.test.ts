import { describe, expect, it } from 'vitest';
import { runCommandLine } from './program.ts';
import { scriptedHost } from '../../test/integration/commands/scripted-host.ts';

describe('--help', () => {
  it.each([
    ['wayleave', ['--help']],
    ['operator', ['operator', '--help']],
    ['subscriptions', ['subscriptions', '--help']],
    ['migrate', ['migrate', '--help']],
    ['up', ['up', '--help']],
    ['up panel', ['up', 'panel', '--help']],
    ['link', ['link', '--help']],
    ['version', ['version', '--help']],
  ])('of %s teaches options, variables, defaults and examples', async (name, argv) => {
    const host = scriptedHost(argv);
    expect(await runCommandLine(host)).toBe(0);
    expect(host.err()).toBe('');
    await expect(host.out()).toMatchFileSnapshot(`help/${name.replace(' ', '-')}.txt`);
  });

  it('is what a call without a command gets, as an error', async () => {
    const host = scriptedHost([]);
    expect(await runCommandLine(host)).toBe(2);
    expect(host.err()).toContain('Commands:');
  });
});
