import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDataDirectory, dataDirectory } from '../../src/commands/up/data-directory.ts';
import { publishRunning, type RunningUp } from '../../src/commands/up/running.ts';

/**
 * The folder of a "wayleave up" that seems to run: this very process.
 *
 * @param logs texts by part
 */
export async function pretendUp(
  facts: Omit<RunningUp, 'pid' | 'commandLine' | 'controlSocket' | 'logs'>,
  logs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-up-'));
  const data = dataDirectory(folder);
  await createDataDirectory(data);
  await mkdir(data.logs, { recursive: true });
  for (const [part, text] of Object.entries(logs)) await writeFile(path.join(data.logs, `${part}.log`), text);
  await publishRunning(data, { ...facts, controlSocket: '', logs: data.logs });
  return folder;
}
