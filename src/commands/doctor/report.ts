import { wrapText } from '../ledger/words.ts';
import type { Finding, Verdict } from './finding.ts';

const words: Readonly<Record<Verdict, string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skip: '–   ' };
const summaries: Readonly<Record<Verdict, string>> = {
  ok: 'well',
  warn: 'to look at',
  fail: 'to mend',
  skip: 'could not be looked at',
};

/** One line a finding, and below it what to do. */
export function reportText(findings: readonly Finding[], width: number): string {
  const column = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ verdict, name, says, mend }) => {
    const line = `${words[verdict]}  ${name.padEnd(column)}  ${says}`;
    return mend === undefined || verdict === 'ok' ? [line] : [line, wrapText(`→ ${mend}`, width, 6)];
  });
  const counts = (Object.keys(summaries) as Verdict[]).flatMap((verdict) => {
    const count = findings.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${String(count)} ${summaries[verdict]}`];
  });
  return `${lines.join('\n')}\n\n${counts.join(', ')}\n`;
}

/** For programs. */
export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ healthy: isHealthy(findings), findings }, null, 2)}\n`;
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'fail');
}
