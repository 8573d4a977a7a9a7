/** One link of a Markdown page that may lead into the repository. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

interface ProseLine {
  readonly line: number;
  readonly text: string;
}

const FENCE = /^ {0,3}(?:>\s*)?(`{3,}|~{3,})/;

/** The lines of a page that are not code, with inline code taken out: what looks like a link there is none. */
function proseOf(markdown: string): readonly ProseLine[] {
  const lines: ProseLine[] = [];
  let fence: string | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const mark = FENCE.exec(text)?.[1];
    if (fence !== undefined) {
      if (mark !== undefined && mark.startsWith(fence)) fence = undefined;
    } else if (mark === undefined) lines.push({ line: index + 1, text });
    else fence = mark;
  }
  return lines;
}

const withoutCode = (text: string): string => text.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');

/** `[text](target "title")` and images, `[label]: target`, and `href` and `src` of HTML. Addresses elsewhere are left out. */
export function linksOf(markdown: string): readonly Link[] {
  const forms = [
    /\]\(\s*(?:<([^>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+["'(][^)]*)?\s*\)/g,
    /^ {0,3}\[[^\]]+\]:\s*(?:<([^>]*)>|(\S+))/g,
    /\s(?:href|src)=(?:"([^"]*)"|'([^']*)')/g,
  ];
  return proseOf(markdown)
    .flatMap(({ line, text }) =>
      forms.flatMap((form) =>
        [...withoutCode(text).matchAll(form)].map((found) => ({ line, target: found[1] ?? found[2] ?? '' })),
      ),
    )
    .filter(({ target }) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** Every anchor that a page has: its headings as GitHub names them, and what HTML names. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const { text } of proseOf(markdown)) {
    for (const [, name = ''] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(name);
    const title = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(text)?.[1];
    if (title === undefined) continue;
    const slug = slugOf(title);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${String(times)}`);
  }
  return anchors;
}

/** As GitHub does it: links become their text, marks go, letters are lower case, each space a hyphen. */
function slugOf(title: string): string {
  return title
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
