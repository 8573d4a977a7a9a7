import { exitCodes, type Host } from '../host.ts';
import { widthOf } from '../ledger/open-ledger.ts';
import { examine } from './examine.ts';
import { isHealthy, reportJson, reportText } from './report.ts';
import { lookAround, type GivenSettings } from '../surroundings.ts';

export interface DoctorSettings extends GivenSettings {
  readonly timeout: number;
  readonly json: boolean | undefined;
}

/** @returns the exit code: 1 when something has to be mended */
export async function runDoctor(host: Host, settings: DoctorSettings): Promise<number> {
  const around = await lookAround(settings);
  try {
    const findings = await examine(around, settings.timeout);
    host.stdout.write(settings.json === true ? reportJson(findings) : reportText(findings, widthOf(host)));
    return isHealthy(findings) ? exitCodes.success : exitCodes.failure;
  } finally {
    await around.close();
  }
}
