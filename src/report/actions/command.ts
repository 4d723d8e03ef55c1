// Workflow commands: lines on stdout that the runner acts on. Pure.
// Form and escapes: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
// and the runner's src/Runner.Common/ActionCommand.cs.

/** What a person sees beside a file, or above a run. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  /** From the top of the checkout; left out: about no file. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/** The runner cuts longer messages, characters (facts github-actions §1.2). */
export const MESSAGE_MAX = 4_096;
/** The runner drops further annotations of one level of a step. */
export const ANNOTATIONS_MAX = 10;

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** One annotation as a line. */
export function annotationLine(annotation: Annotation): string {
  const { level, title, message, file, line, column } = annotation;
  const place = file === undefined ? {} : { file, line, col: column };
  const properties = Object.entries({ ...place, title })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  const cut = message.length > MESSAGE_MAX ? `${message.slice(0, MESSAGE_MAX - 1)}…` : message;
  return `::${level} ${properties.join(",")}::${data(cut)}\n`;
}

/** At most ten of each level; the tenth says how many more there are. */
export function annotationLines(annotations: readonly Annotation[]): string {
  const levels = Map.groupBy(annotations, (a) => a.level);
  return [...levels.values()].map((all) => withinLimit(all).map(annotationLine).join("")).join("");
}

function withinLimit(all: readonly Annotation[]): readonly Annotation[] {
  const [first] = all;
  if (!first || all.length <= ANNOTATIONS_MAX) return all;
  const shown = all.slice(0, ANNOTATIONS_MAX - 1);
  const message = `and ${all.length - shown.length} more: see the log`;
  return [...shown, { level: first.level, title: first.title, message }];
}

/** Lines that the log folds under a title. What they hold cannot be taken for a command. */
export function group(title: string, lines: readonly string[]): string {
  const plain = (text: string): string => text.replaceAll(/[\r\n]+/g, " ");
  const body = lines.map((line) => `  ${plain(line).replaceAll("::", ":\u200b:")}\n`).join("");
  return `::group::${data(title)}\n${body}::endgroup::\n`;
}
