import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/**
 * What an expression reads, by Prometheus' own grammar.
 *
 * @throws Error with the place where the grammar does not fit
 */
export function selectorsOf(expr: string): readonly Selector[] {
  const selectors: Selector[] = [];
  parser.parse(expr).iterate({
    enter({ type, name, node, from }) {
      const text = (child: string): string => {
        const found = node.getChild(child);
        return found === null ? '' : expr.slice(found.from, found.to);
      };
      if (type.isError) throw new Error(`not PromQL at ${String(from)}: ${expr}`);
      if (name === 'VectorSelector') selectors.push({ metric: text('Identifier'), matchers: [] });
      if (name !== 'UnquotedLabelMatcher') return;
      const value = JSON.parse(text('StringLiteral')) as string;
      const matcher = { label: text('LabelName'), operator: text('MatchOp') as Matcher['operator'], value };
      (selectors.at(-1)?.matchers as Matcher[] | undefined)?.push(matcher);
    },
  });
  return selectors;
}
