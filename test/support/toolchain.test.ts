import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureTool, ensureTools, type ToolName } from './toolchain.ts';

let root: string;

/** A machine with an empty cache and only the programs that the test puts there. */
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'toolchain-'));
  await mkdir(path.join(root, 'bin'));
  vi.stubEnv('PATH', path.join(root, 'bin'));
  vi.stubEnv('WAYLEAVE_CACHE', path.join(root, 'cache'));
  vi.stubEnv('GOFLAGS', '-mod=vendor -tags=nonsense');
  vi.stubEnv('GOOS', 'plan9');
  for (const prefix of ['WAYLEAVE_TOOL', 'TEST_ASSET']) vi.stubEnv(`${prefix}_ETCD`, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function program(name: string, text: string): Promise<string> {
  const file = path.join(root, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

/** A Go that writes down how it was called and "builds" by writing a script. */
async function go({ version = 'go1.26.8', build = '' }: { version?: string; build?: string } = {}): Promise<void> {
  await program(
    'go',
    `case "$1 $2" in
       'env GOVERSION') echo ${version} ;;
       'env CC') echo gcc ;;
       *) echo "$GOFLAGS $GOTOOLCHAIN cgo=$CGO_ENABLED os=$GOOS $*" >> ${root}/calls
          ${build}
          echo '#!/bin/sh' > "$5"; IFS= read -r _ < "$0"; /bin/chmod +x "$5" ;;
     esac`,
  );
}

async function calls(): Promise<string[]> {
  return (await readFile(path.join(root, 'calls'), 'utf8')).trimEnd().split('\n');
}

describe('the toolchain', () => {
  it('builds a program once, whoever asks, whatever the machine sets for Go', async () => {
    await go();
    const lines: string[] = [];
    const ask = (): Promise<string> => ensureTool('etcd', (line) => lines.push(line));
    const paths = new Set([await Promise.all([ask(), ask()]), await ask()].flat());
    expect(paths.size).toBe(1);
    expect([...paths][0]?.startsWith(path.join(root, 'cache/tools/etcd-'))).toBe(true);
    const [call = '', ...more] = await calls();
    expect(more).toEqual([]);
    expect(call).toContain('-buildvcs=false -mod=readonly -trimpath local cgo=0 os= build -ldflags');
    expect(lines.join('\n')).toMatch(/about 60 s[^]*built in/);
  });

  it('builds again with another Go', async () => {
    await go();
    const first = await ensureTool('etcd');
    await go({ version: 'go1.27.0' });
    expect(await ensureTool('etcd')).not.toBe(first);
  });

  it('links the version into Kubernetes and uses C only where it must', async () => {
    await go();
    await program('gcc', '');
    await ensureTools(['kube-apiserver', '3x-ui']);
    const [apiserver = '', panel = ''] = await calls();
    expect(apiserver).toMatch(/cgo=0 .*version\.gitVersion=v1\.\d+\.\d+ .*gitMinor=\d+ /);
    expect(panel).toContain('cgo=1');
  });

  it('compiles in what sing-box needs for REALITY, and its version from the module', async () => {
    await go();
    await ensureTools(['sing-box', 'sing-box-legacy', 'mihomo', 'xray']);
    const [current = '', legacy = '', mihomo = '', xray = ''] = await calls();
    expect(current).toMatch(/-tags=with_utls,\S* .*-checklinkname=0 .*constant\.Version=1\.14\.\d+ /);
    expect(legacy).toMatch(/-tags=with_utls,\S* .*constant\.Version=1\.11\.\d+ /);
    expect(mihomo).toMatch(/-tags=with_gvisor .*constant\.Version=1\.\d+\.\d+ /);
    expect(xray).not.toContain('-tags');
  });

  it.each<[string, ToolName, () => Promise<unknown>, RegExp]>([
    ['no Go', 'etcd', async () => undefined, /Go 1\.26 or newer.*"go" is not there.*WAYLEAVE_TOOL_ETCD/],
    ['an old Go', 'etcd', async () => go({ version: 'go1.25.9' }), /this machine has go1\.25\.9/],
    ['no C compiler', '3x-ui', async () => go(), /C compiler.*"gcc" does not run/],
  ])('says what to install: %s', async (_, tool, machine, message) => {
    await machine();
    await expect(ensureTool(tool)).rejects.toMatchObject({
      code: 'MACHINE_LACKS',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['the network', 'dial tcp: lookup proxy.test: no such host', /could not be downloaded.*GOPROXY/],
    ['the compiler', 'undefined: x', /go build ended with code 1[^]*undefined: x/],
  ])('tells trouble with %s, and keeps nothing', async (_, output, message) => {
    await go({ build: `echo '${output}' >&2; exit 1` });
    await expect(ensureTool('etcd')).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringMatching(message) as string,
    });
    await go();
    expect(await ensureTool('etcd')).toContain('etcd');
  });

  it('takes a program that the environment names, and refuses one that is none', async () => {
    const mine = await program('my-etcd', '');
    vi.stubEnv('TEST_ASSET_ETCD', mine);
    expect(await ensureTool('etcd')).toBe(mine);
    vi.stubEnv('WAYLEAVE_TOOL_ETCD', path.join(root, 'absent'));
    await expect(ensureTool('etcd')).rejects.toMatchObject({
      message: expect.stringContaining('WAYLEAVE_TOOL_ETCD') as string,
    });
  });
});
