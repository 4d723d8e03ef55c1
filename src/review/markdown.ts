// A review as Markdown, for the job summary and the pull request's comment. Pure.
import { code, escapeMarkdown, markdownList, markdownTable } from "../report/markdown.ts";
import { plural } from "../report/words.ts";
import type { FlowChange, ReviewDiff } from "./diff.ts";
import type { Finding } from "./findings.ts";
import { wayOf } from "./mermaid.ts";
import type { Review } from "./review.ts";
import type { SettingChange } from "./settings.ts";
import { DELETIONS, effects, fromWhen, isGrave, VERDICT_SENTENCES, VERDICTS } from "./words.ts";

/** GitHub takes no longer comment; the marker and a margin are left free. */
export const COMMENT_MAX = 65_536;
const TEXT_MAX = COMMENT_MAX - 1_024;

/** Rows that a table may have, tried in turn until the whole fits. */
const ROW_LIMITS = [500, 200, 100, 50, 20, 10, 5, 2, 1, 0] as const;

/** Longest text of one cell. */
const CELL_MAX = 300;

/** The whole text, at most TEXT_MAX characters: cut by rows, and saying so. */
export function reviewMarkdown(review: Review): string {
  for (const rows of ROW_LIMITS) {
    const text = new Writer(review, rows).text();
    if (text.length <= TEXT_MAX) return text;
  }
  return new Writer(review, 0).head();
}

class Writer {
  readonly #review: Review;
  readonly #rows: number;

  constructor(review: Review, rows: number) {
    this.#review = review;
    this.#rows = rows;
  }

  text(): string {
    const { diff, findings, notices } = this.#review;
    return [
      this.head(),
      this.#problems(findings),
      this.#deletions(diff.flows),
      this.#policy(diff),
      ...this.#some(diff.flows, (change) => this.#flow(change)),
      this.#more(diff.flows.length, "flow"),
      this.#approvals(diff),
      this.#unknown(notices, diff.flows),
    ]
      .filter((part) => part !== "")
      .join("\n");
  }

  head(): string {
    const { verdict, diff, base } = this.#review;
    const all = plural(diff.flows.length + diff.unchanged.length, "flow");
    const than = `Against ${code(base)}: ${diff.flows.length} of ${all} changed.`;
    return `## Cellarman: ${VERDICTS[verdict]}\n\n${VERDICT_SENTENCES[verdict]} ${than}\n`;
  }

  #problems(findings: readonly Finding[]): string {
    if (findings.length === 0) return "";
    const items = this.#some(findings, ({ level, file, line, message }) => {
      const place = code(`${file}:${line}`);
      return `${level === "error" ? "**error**" : "warning"} ${place}: ${cell(message)}`;
    });
    const list = markdownList(items) + this.#more(findings.length, "problem");
    return `### Problems\n\n${list}`;
  }

  #deletions(flows: readonly FlowChange[]): string {
    const rows = flows.flatMap((change) =>
      change.deletions
        .filter(({ kind }) => kind !== "as before")
        .map(({ period, kind, beforeMs, afterMs }) => [
          code(change.flow),
          code(period.name),
          isGrave(kind) ? `**${DELETIONS[kind]}**` : DELETIONS[kind],
          fromWhen(beforeMs, change.before),
          fromWhen(afterMs, change.after),
        ]),
    );
    if (rows.length === 0) return "### Deletion\n\nNothing is deleted that was not, or earlier.\n";
    const head = ["flow", "period", "", "so far", "with this change"];
    return `### Deletion\n\n${this.#table(head, rows)}`;
  }

  #policy({ policy }: ReviewDiff): string {
    if (policy.kind === "same") return "";
    const note =
      "This change was judged by the base branch's policy; once merged, this one rules " +
      "every flow, from the next run on.";
    const said = `**The policy is ${policy.kind}.** ${note}`;
    return `### Policy\n\n${said}\n\n${this.#settings(policy.settings)}`;
  }

  #flow(change: FlowChange): string {
    const title = `### Flow ${code(change.flow)}: ${change.kind}\n\n${code(change.file)}\n`;
    const what = effects(change).map(cell);
    const list = what.length === 0 ? "Neither periods nor series change.\n" : markdownList(what);
    const settings = change.kind === "changed" ? `\n${this.#settings(change.settings)}` : "";
    const flow = change.after;
    const picture = flow ? `\n\`\`\`mermaid\n${wayOf(flow)}\`\`\`\n` : "";
    return `${title}\n${list}${settings}${picture}`;
  }

  #settings(settings: readonly SettingChange[]): string {
    const rows = settings.map(({ path, before, after }) => [
      code(path),
      before === null ? "" : code(short(before)),
      after === null ? "" : code(short(after)),
    ]);
    return rows.length === 0 ? "" : this.#table(["key", "before", "after"], rows);
  }

  #approvals({ approvals }: ReviewDiff): string {
    if (approvals.length === 0) return "";
    const items = this.#some(
      approvals,
      ({ flow, period, kind }) => `${code(`${flow} ${period}`)}: file ${kind}`,
    );
    return `### Approvals\n\n${markdownList(items)}${this.#more(approvals.length, "approval")}`;
  }

  #unknown(notices: readonly string[], flows: readonly FlowChange[]): string {
    const unknown = flows.flatMap(({ flow, facts }) =>
      facts.unknown.map((why) => `${code(flow)}: ${cell(why)}`),
    );
    const items = [...notices.map(cell), ...unknown];
    if (items.length === 0) return "";
    const list = markdownList(this.#some(items, (item) => item));
    return `### What is not known\n\n${list}${this.#more(items.length, "line")}`;
  }

  #table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const shown = rows.slice(0, this.#rows);
    return markdownTable([head, ...shown]) + this.#more(rows.length, "row");
  }

  #some<T>(items: readonly T[], render: (item: T) => string): string[] {
    return items.slice(0, this.#rows).map(render);
  }

  /** What was cut, so that nobody takes a part for the whole. */
  #more(count: number, what: string): string {
    if (count <= this.#rows) return "";
    const command = code(`cellarman review --base ${this.#review.base}`);
    const cut = plural(count - this.#rows, `more ${what}`);
    return `\n*${cut}, cut for length: ${command} shows all.*\n`;
  }
}

const short = (text: string): string =>
  text.length > CELL_MAX ? `${text.slice(0, CELL_MAX - 1)}…` : text;

const cell = (text: string): string => escapeMarkdown(short(text));
