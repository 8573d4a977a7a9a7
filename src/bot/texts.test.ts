import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseLanguages, loadTexts, localesDirectory } from './texts.ts';

interface Text {
  readonly key: string;
  readonly body: string;
  readonly variables: readonly string[];
}

function textsOf(language: string): ReadonlyMap<string, Text> {
  const found = new Map<string, Text>();
  for (const file of globSync('*.ftl', { cwd: path.join(localesDirectory, language) })) {
    const source = readFileSync(path.join(localesDirectory, language, file), 'utf8');
    for (const [, key = '', body = ''] of source.matchAll(/^([a-z][\w-]*) =((?:.*\n)(?:(?:[ \t]+.*)?\n)*)/gm)) {
      expect(found.has(key), `${key} stands twice in ${language}`).toBe(false);
      const variables = [...body.matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
      found.set(key, { key, body, variables: [...new Set(variables)].toSorted() });
    }
  }
  return found;
}

const english = textsOf('en');
const others = loadTexts(() => undefined).languages.filter((language) => language !== 'en');

describe('texts', () => {
  it.each(others)('in %s have the keys and variables of the English ones', (language) => {
    const translated = textsOf(language);
    expect([...translated.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, { variables }] of english) {
      expect(translated.get(key)?.variables, `variables of ${key} in ${language}`).toEqual(variables);
    }
  });

  it('are there for every key that the code names, in every language', () => {
    const sources = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['**/*.test.ts'] });
    const named = sources.flatMap((file) => {
      const source = readFileSync(path.join(import.meta.dirname, file), 'utf8');
      return [...source.matchAll(/\b(?:say|label)\(\s*'([\w-]+)'/g)].map(([, key = '']) => key);
    });
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((key) => !english.has(key))).toEqual([]);
  });

  it.each(['en', ...others])('in %s come out whole, with HTML that Telegram takes', (language) => {
    const warnings: string[] = [];
    const speak = loadTexts((warning) => warnings.push(warning)).speaker([language], 'UTC');
    for (const { key, variables } of english.values()) {
      for (const count of [1, 2, 5, 21]) {
        const said = speak.say(key, Object.fromEntries(variables.map((name) => [name, count])));
        expect(said, key).not.toMatch(/\{|\$/);
        expect(tagsOf(said), key).toEqual([]);
      }
    }
    expect(warnings).toEqual([]);
  });

  it('of a refused payment fit into what Telegram shows, and buttons have no markup', () => {
    const texts = ['en', ...others].flatMap((language) => [...textsOf(language).values()]);
    const isTooLong = ({ key, body }: Text): boolean => key.startsWith('checkout-') && body.trim().length > 200;
    const isMarked = ({ key, body }: Text): boolean =>
      /^(button|command|checkout|device|method)-/.test(key) && /[<>&]/.test(body);
    expect(texts.filter((text) => isTooLong(text) || isMarked(text))).toEqual([]);
  });
});

/** Tags that do not close, or that Telegram does not know. */
function tagsOf(html: string): string[] {
  const open: string[] = [];
  for (const [tag, slash, name = ''] of html.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
    if (!['b', 'i', 'u', 's', 'code', 'pre', 'a', 'blockquote'].includes(name)) return [tag];
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return [tag];
  }
  return open;
}

describe('a speaker', () => {
  const texts = loadTexts(() => undefined);

  it('takes the first language that there is, by its first part too, and English in the end', () => {
    expect(chooseLanguages(['ru-RU', 'en'], ['en', 'ru'])).toEqual(['ru', 'en']);
    expect(chooseLanguages([undefined, 'xx'], ['en', 'ru'])).toEqual(['en']);
    expect(texts.speaker(['pt', 'ru'], 'UTC').language).toBe('ru');
  });

  it('escapes what comes from outside in HTML, and nowhere else', () => {
    const speak = texts.speaker(['en'], 'UTC');
    expect(speak.say('plan-title', { title: '<b>&"' })).toBe('<b>&lt;b&gt;&amp;&quot;</b>');
    expect(speak.label('button-get-app', { app: '<b>' })).toContain('<b>');
    expect(speak.say('plan-title', { title: { html: '<i>x</i>' } })).toBe('<b><i>x</i></b>');
  });

  it('counts as the language does', () => {
    const days = (language: string): string[] =>
      [1, 3, 7, 21].map((count) => texts.speaker([language], 'UTC').say('plan-days', { days: count }));
    expect(days('en')).toEqual(['1 day', '3 days', '7 days', '21 days']);
    expect(days('ru')).toEqual(['1 день', '3 дня', '7 дней', '21 день']);
  });

  it('finds a title in the language, else the default', () => {
    const speak = texts.speaker(['ru'], 'UTC');
    expect(speak.title({ default: 'Month', ru: 'Месяц' })).toBe('Месяц');
    expect(speak.title({ default: 'Month' })).toBe('Month');
  });
});
