/** What a person wrote, by the name of the bench or the figure that it is about. */
export type Notes = Readonly<Record<string, string>>;

/** Reads a page of `## name` headings with text below each. What stands before the first heading is about the page itself. */
export function parseNotes(page: string): Notes {
  const notes: Record<string, string> = {};
  for (const section of page.split(/^## /m).slice(1)) {
    const end = section.indexOf('\n');
    notes[section.slice(0, end).trim()] = section.slice(end).trim();
  }
  return notes;
}
