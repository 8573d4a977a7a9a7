import { ensureTool } from './toolchain.ts';
import { startRealThreeXui, type RealPanel } from './real-3x-ui.ts';

/** The real 3x-ui of the automatic tests, v2.9.4, with its real Xray. */
export async function startRealPanel(): Promise<RealPanel> {
  const panel = await ensureTool('3x-ui');
  const xray = await ensureTool('xray');
  return startRealThreeXui({ panel, xray });
}
