import type { ThreeXuiSimulator } from '../simulators/3x-ui/index.ts';

/** Sets what a panel has counted for a client, as if it had gone through. */
export function setTraffic(panel: ThreeXuiSimulator, email: string, upBytes: number): void {
  for (const row of panel.state.traffic) if (row.email === email) row.up = upBytes;
}
