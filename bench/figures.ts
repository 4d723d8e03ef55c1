// What every benchmark reports: rows of named figures, shown as a table and given as JSON.
import { loadavg } from "node:os";

/** One line of a table: what it is about, and its figures by column. */
export type Row = Readonly<Record<string, string | number>>;

/** How a benchmark is run. */
export interface BenchOptions {
  /** A tenth of the data or less: to see that it works. */
  readonly small: boolean;
  /** Talk, for people who wait. */
  readonly tell: (line: string) => void;
}

/** A table of figures. */
export interface Figures {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What was left out or must be known to read the table. */
  readonly notes: readonly string[];
}

/** A benchmark: the tables that it measured. */
export type Bench = (options: BenchOptions) => Promise<readonly Figures[]>;

/** The middle one of some numbers; of an even count the mean of the two. NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** A number with as many decimals as it deserves. */
export function rounded(number: number): number {
  if (!Number.isFinite(number)) return number;
  const decimals = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return Number(number.toFixed(decimals));
}

/** A table as text: columns in the order in which the rows name them, numbers to the right. */
export function renderFigures({ title, rows, notes }: Figures): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? "")));
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const isNumber = columns.map((column) => rows.some((row) => typeof row[column] === "number"));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) =>
        isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const lines = [title, "", line(columns), line(widths.map((width) => "-".repeat(width)))];
  lines.push(...cells.map(line), ...notes.map((note) => `  ${note}`));
  return `${lines.join("\n")}\n`;
}

/** The machine's load over the last minute: figures of a busy machine are good for ratios only. */
export const loadNow = (): number => rounded(loadavg()[0] ?? 0);
