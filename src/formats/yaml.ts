/**
 * A YAML document with one key, or one item of a list, to a line. Values are written as JSON, which YAML 1.2 contains:
 * every string is in double quotes, so nothing in one can become a number, a date, a comment or a key. (`2351e1` and
 * `09561058` as short ids became numbers elsewhere, and mihomo refused the whole profile.)
 *
 * @param document its keys must be plain words
 */
export function renderYaml(document: Readonly<Record<string, unknown>>): string {
  return Object.entries(document)
    .map(([key, value]) =>
      Array.isArray(value) && value.length > 0
        ? `${key}:\n${value.map((item) => `  - ${renderFlow(item)}\n`).join('')}`
        : `${key}: ${renderFlow(value)}\n`,
    )
    .join('');
}

/** Characters that JSON leaves bare, while YAML takes them for line breaks or refuses the whole text. */
const notPrintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** How JSON writes half a character, which mihomo's YAML refuses with the whole profile; `\\\\` is looked at to skip it. */
const halfCharacter = /\\(?:\\|ud[89a-f][0-9a-f]{2})/g;

function renderFlow(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(halfCharacter, (escape) => (escape === '\\\\' ? escape : '\ufffd'))
    .replaceAll(notPrintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
