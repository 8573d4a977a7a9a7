import { setTimeout as delay } from 'node:timers/promises';
import { claimDirectory, type ClaimedDirectory } from './data-directory.ts';
import { SupportError } from './errors.ts';

/** Runs `action` while no other process of ours does so in the same directory, waiting for its turn. */
export async function whileLocked(
  directory: string,
  progress: (line: string) => void,
  action: () => Promise<void>,
): Promise<void> {
  const claim = await takeTurn(directory, progress);
  try {
    await action();
  } finally {
    await claim.release();
  }
}

async function takeTurn(directory: string, progress: (line: string) => void): Promise<ClaimedDirectory> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await claimDirectory(directory);
    } catch (error) {
      if (!(error instanceof SupportError) || error.code !== 'DIRECTORY_IN_USE') throw error;
      if (attempt === 4) progress('another run is building at this moment; waiting for it');
      // Uneven, so that two who turned each other away do not meet again.
      await delay(100 + Math.random() * 400);
    }
  }
}
