// The fenced blocks of a Markdown text, with the heading they stand under. Their first line is ```language rest.

/** Answers `{ language, info, text, line, heading }[]`. A block in a list is taken out of its indentation. */
export function readFences(markdown) {
  const fences = [];
  let heading = '';
  let open;
  markdown.split('\n').forEach((line, index) => {
    const [, indent, ticks, language = '', info = ''] = /^(\s*)(`{3,})(\S*)\s*(.*)$/.exec(line) ?? [];
    if (open !== undefined) {
      if (ticks === open.ticks && language === '') {
        const { language, info, line, heading, lines } = open;
        fences.push({ language, info, line, heading, text: lines.join('\n') });
        open = undefined;
      } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      return;
    }
    if (ticks !== undefined) open = { indent, ticks, language, info, line: index + 1, heading, lines: [] };
    heading = /^#{1,6} (.*)$/.exec(line)?.[1] ?? heading;
  });
  return fences;
}
