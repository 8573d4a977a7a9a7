import { clip } from '../../../../src/api/messages.ts';
import { code, table } from '../../../../src/api/schema/reference.ts';
import type { KindCases, Patch, RuleCase } from './case.ts';
import type { Words } from './words.ts';

/** Long values say nothing that their beginning does not. */
const EXAMPLE_LENGTH = 300;
const WORDS_LENGTH = 400;

/** The page that shows, for every rule, an object that the API server refuses and its words. */
export function rejectionsPage(kinds: readonly KindCases[], words: Words): string {
  return [
    '# What the API server refuses',
    'Each row is a manifest that was sent to a real API server: what differs from the smallest valid one, and the words that came back. ' +
      'A test holds both against the API server, together with an object that the rule lets through.',
    ...kinds.flatMap(({ kind, smallest, cases }) => [
      `## ${kind}`,
      `The smallest valid \`spec\`: ${code(JSON.stringify(smallest))}. In the examples \`null\` means that the field is left out.`,
      table(
        ['Rule', 'Refused', 'In the API server’s words'],
        cases.map((one) => row(one, words[kind]?.[one.rule] ?? [])),
      ),
    ]),
  ].join('\n\n');
}

function row({ rule, before, rejected }: RuleCase, words: readonly string[]): readonly string[] {
  const example = code(clip(brief(rejected), EXAMPLE_LENGTH));
  return [
    rule,
    before === undefined ? example : `${example} after ${code(brief(before))}`,
    words.map((line) => code(clip(line.replaceAll(/\s+/g, ' '), WORDS_LENGTH))).join('<br>'),
  ];
}

/** What is inside `spec`, since nearly all rules are about it. */
function brief(patch: Patch): string {
  return JSON.stringify('spec' in patch ? patch['spec'] : patch);
}
