// Tables for terminals: columns padded to their widest cell, numbers to the right.

const NUMBER = /^[~?]?\d?[\d.,]*( ?[kMGT]| ?[KMGTP]?i?B| ?(s|min|h|d))?$/;

/** Renders rows (the first is the head) as aligned text with a line under the head. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, i) => Math.max(...rows.map((r) => [...(r[i] ?? "")].length)));
  const isRight = head.map((_, i) => body.every((r) => NUMBER.test(r[i] ?? "")));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isRight[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((w) => "-".repeat(w));
  return [head, rule, ...body].map((r) => `${line(r)}\n`).join("");
}
