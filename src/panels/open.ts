import { openThreeXui, type DriverDependencies } from './3x-ui/driver.ts';
import type { PanelConnection, PanelDriver } from './driver.ts';

type OpenDriver = (connection: PanelConnection, dependencies: DriverDependencies) => PanelDriver;

/** Every product that can be spoken to, by the name that `spec.driver` has for it. */
export const drivers: Readonly<Record<'3x-ui', OpenDriver>> = { '3x-ui': openThreeXui };

export type DriverName = keyof typeof drivers;

/** `Auto` finds out what the panel is; a name asserts it, and the probe shows whether that is true. */
export type DriverChoice = 'Auto' | DriverName;

/** @throws PanelError for a connection that no driver can use */
export function openPanel(
  connection: PanelConnection,
  choice: DriverChoice,
  dependencies: DriverDependencies,
): PanelDriver {
  // With one product there is nothing to choose from: whatever is not 3x-ui fails its probe.
  return drivers[choice === 'Auto' ? '3x-ui' : choice](connection, dependencies);
}
