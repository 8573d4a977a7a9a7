import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces a file as a whole: whoever reads it, and whatever cuts the power, sees the old one or the new one. Only its
 * owner may read it.
 *
 * @returns bytes written
 * @throws the error of the system; the old file stays
 */
export async function replaceFile(file: string, chunks: AsyncIterable<Buffer>): Promise<number> {
  // Beside it, because a rename works within one file system only.
  const draft = `${file}.new`;
  // One that a killed process left may have other rights.
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      await handle.appendFile(chunk);
      bytes += chunk.length;
    }
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(draft, { force: true });
    throw error;
  }
  await handle.close();
  await rename(draft, file);
  await syncFolder(path.dirname(file));
  return bytes;
}

/** @returns nothing when there is no such file */
export async function readWhole(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps what cannot be used, for whoever wants to look at it. @returns where */
export async function setAside(file: string): Promise<string> {
  const aside = `${file}.refused`;
  await rename(file, aside);
  return aside;
}

/** Until the folder is written, a rename is only in memory. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
