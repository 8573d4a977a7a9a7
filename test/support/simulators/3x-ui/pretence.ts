import type { Core } from './core.ts';
import type { Panel } from './panel.ts';

/** Does something so that its answer is the genuine one, and undoes all of it. */
export async function pretending<Result>(panel: Panel, act: () => Promise<Result>): Promise<Result> {
  const kept = structuredClone(panel.database);
  const { core, restartWanted } = panel;
  panel.core = deafCore(core);
  try {
    return await act();
  } finally {
    panel.database = kept;
    panel.core = core;
    panel.restartWanted = restartWanted;
  }
}

/** A core that agrees to every change and makes none. */
function deafCore(core: Core): Core {
  const agree = (): Promise<boolean> => Promise.resolve(true);
  const ignore = (): Promise<void> => Promise.resolve();
  return {
    status: () => core.status(),
    takeTraffic: () => core.takeTraffic(),
    restart: ignore,
    stop: ignore,
    kill: ignore,
    addInbound: agree,
    removeInbound: agree,
    addUser: agree,
    removeUser: agree,
  };
}
