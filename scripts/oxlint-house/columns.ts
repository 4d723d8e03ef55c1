// The rule that a line fits 100 columns; the formatter wraps code, but neither comments nor texts.
import { rule } from "./ast.ts";

const MOST_COLUMNS = 100;
/** What has no place to break (an address, a pattern) may stand out. */
const UNBREAKABLE = /\S{60}/;

/** No line over 100 columns, unless one unbroken word makes it so. */
export const maxColumns = rule(`at most ${MOST_COLUMNS} columns`, (context) => ({
  Program() {
    for (const [index, line] of context.sourceCode.lines.entries()) {
      const columns = Array.from(line).length;
      if (columns <= MOST_COLUMNS || UNBREAKABLE.test(line)) continue;
      const start = { line: index + 1, column: MOST_COLUMNS };
      const end = { line: index + 1, column: line.length };
      const message = `at most ${MOST_COLUMNS} columns; this line has ${columns}`;
      context.report({ loc: { start, end }, message });
    }
  },
}));
