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
    ['link renew', ['link', 'renew', '--help']],
    ['link alias', ['link', 'alias', '--help']],
    ['link alias add', ['link', 'alias', 'add', '--help']],
    ['link alias import', ['link', 'alias', 'import', '--help']],
    ['link alias list', ['link', 'alias', 'list', '--help']],
    ['link alias remove', ['link', 'alias', 'remove', '--help']],
    ['ledger', ['ledger', '--help']],
    ['ledger show', ['ledger', 'show', '--help']],
    ['ledger grant', ['ledger', 'grant', '--help']],
    ['ledger compensate', ['ledger', 'compensate', '--help']],
    ['ledger revoke', ['ledger', 'revoke', '--help']],
    ['ledger suspend', ['ledger', 'suspend', '--help']],
    ['ledger resume', ['ledger', 'resume', '--help']],
    ['ledger refund', ['ledger', 'refund', '--help']],
    ['ledger queue', ['ledger', 'queue', '--help']],
    ['ledger settle', ['ledger', 'settle', '--help']],
    ['ledger refunds', ['ledger', 'refunds', '--help']],
    ['ledger refunds pause', ['ledger', 'refunds', 'pause', '--help']],
    ['ledger refunds resume', ['ledger', 'refunds', 'resume', '--help']],
    ['admin', ['admin', '--help']],
    ['admin add', ['admin', 'add', '--help']],
    ['admin list', ['admin', 'list', '--help']],
    ['admin remove', ['admin', 'remove', '--help']],
    ['health', ['health', '--help']],
    ['status', ['status', '--help']],
    ['doctor', ['doctor', '--help']],
    ['restore', ['restore', '--help']],
    ['support-bundle', ['support-bundle', '--help']],
    ['version', ['version', '--help']],
  ])('of %s teaches options, variables, defaults and examples', async (name, argv) => {
    const host = scriptedHost(argv);
    expect(await runCommandLine(host)).toBe(0);
    expect(host.err()).toBe('');
    await expect(host.out()).toMatchFileSnapshot(`help/${name.replaceAll(' ', '-')}.txt`);
  });

  it('is what a call without a command gets, as an error', async () => {
    const host = scriptedHost([]);
    expect(await runCommandLine(host)).toBe(2);
    expect(host.err()).toContain('Commands:');
  });
});
