// Markdown out of text that others wrote: labels, reasons, messages. Pure.

/**
 * Text as Markdown shows it, on one line; it can neither format, link, mention nor break out of a
 * table.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll(/[\\`*_[\]|~$]/g, (c) => `\\${c}`)
    .replaceAll("#", "&#35;")
    .replaceAll("://", "&#58;//")
    .replaceAll(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

/** A command as code. A backtick in it makes the fence longer. */
export function code(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").replaceAll("|", "\\|");
  const runs = [...line.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(0, ...runs) + 1);
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** A table; cells are Markdown already. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + body.map(line).join("");
}

/** A list; items are Markdown already. */
export const markdownList = (items: readonly string[]): string =>
  items.map((item) => `- ${item}\n`).join("");
