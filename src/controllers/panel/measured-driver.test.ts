import { describe, expect, it } from 'vitest';
import type { PanelDriver } from '../../panels/driver.ts';
import { PanelError } from '../../panels/errors.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { measuredDriver } from './measured-driver.ts';

/** A driver of which only `list` is asked. */
function driverOf(list: PanelDriver['list']): PanelDriver {
  return { list, maxBatch: 7, writeDeadlineMs: 8000 } as PanelDriver;
}

function measured(clock: ManualClock, list: PanelDriver['list']): { driver: PanelDriver; reports: unknown[] } {
  const reports: unknown[] = [];
  const driver = measuredDriver(driverOf(list), clock, (...report) => void reports.push(report));
  return { driver, reports };
}

const refused = new PanelError('PANEL_REFUSED', 'the panel refuses', { retry: 'later' });

describe('a measured driver', () => {
  it('answers as the driver does, and tells how long that took', async () => {
    const clock = new ManualClock();
    const listing = { clients: new Map(), foreign: 3 };
    const { driver, reports } = measured(clock, () => {
      clock.advance(1_500);
      return Promise.resolve(listing);
    });
    expect(await driver.list({ signal: new AbortController().signal })).toBe(listing);
    expect(reports).toEqual([['list', 1.5, undefined]]);
    expect([driver.maxBatch, driver.writeDeadlineMs]).toEqual([7, 8000]);
  });

  it('tells why a call failed, and throws it on', async () => {
    const clock = new ManualClock();
    const { driver, reports } = measured(clock, () => {
      clock.advance(250);
      return Promise.reject(refused);
    });
    await expect(driver.list({ signal: new AbortController().signal })).rejects.toBe(refused);
    expect(reports).toEqual([['list', 0.25, 'PANEL_REFUSED']]);
  });

  it('tells nothing of what we gave up ourselves', async () => {
    const { driver, reports } = measured(new ManualClock(), () => Promise.reject(refused));
    await expect(driver.list({ signal: AbortSignal.abort() })).rejects.toBe(refused);
    expect(reports).toEqual([]);
  });
});
