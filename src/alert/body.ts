// The text of a flow's issue: state, causes with their batches, and what to do. Pure.
import { code, escapeMarkdown as md, markdownTable } from "../report/markdown.ts";
import { minute, plural } from "../report/words.ts";
import { duration } from "../runtime/progress.ts";
import { type Marker, renderMarker, renderPart } from "./marker.ts";
import { controlUrl, type Place, rerunCommand, runUrl } from "./place.ts";
import { type BatchRow, type Cause, type Link, type Part, PARTS } from "./trouble.ts";

/** Longest body that GitHub takes, characters (facts github-actions §1.2). */
export const BODY_MAX = 65_536;
/** Longest part of a body, characters: three of them and the frame stay below BODY_MAX. */
export const PART_MAX = 20_000;
/** Most of a message that is shown, characters. */
const MESSAGE_MAX = 300;
/** Links of one cause that are shown. */
const LINKS_SHOWN = 10;
/** Causes of one part that are shown. */
const CAUSES_SHOWN = 20;

const TITLES: Readonly<Record<Part, string>> = {
  run: "The run",
  ledger: "The archive",
  schedule: "The schedule",
};

/** What a body is made of. */
export interface BodyInput {
  readonly marker: Marker;
  /** Markdown of each part; empty: nothing is wrong there. */
  readonly parts: Readonly<Record<Part, string>>;
  /** Accounts or teams, without @. */
  readonly mentions: readonly string[];
  readonly place: Place;
  readonly nowMs: number;
  readonly lastedMs: number;
}

/** The title that a new issue gets; people may change it, the marker finds the issue. */
export const issueTitle = (flow: string): string => `Cellarman: flow ${flow} needs a look`;

/** The whole body: at most BODY_MAX characters. */
export function renderBody(input: BodyInput): string {
  const { marker, parts, place, mentions } = input;
  const isWell = PARTS.every((part) => parts[part] === "");
  const mentioned = mentions.map((name) => `@${name}`).join(" ");
  return [
    `${renderMarker(marker)}\n`,
    `${stateLine(input, isWell)}\n\n`,
    isWell || mentioned === "" ? "" : `${mentioned}\n\n`,
    ...PARTS.map((part) => renderPart(part, parts[part])),
    isWell ? "" : nextSteps(place),
    `\nWritten by [this run](${runUrl(place)}) at ${minute(input.nowMs)}. ` +
      "The next one rewrites this text: answer in a comment.\n",
  ].join("");
}

function stateLine({ marker, lastedMs }: BodyInput, isWell: boolean): string {
  const flow = `**Flow ${md(marker.flow)}**`;
  const lasted = duration(lastedMs / 1000);
  return isWell
    ? `${flow} is well again. The incident lasted ${lasted}.`
    : `${flow} needs a look since ${minute(Date.parse(marker.since))} (${lasted}).`;
}

function nextSteps(place: Place): string {
  const again = rerunCommand(place);
  return (
    "\n### What to do\n\n" +
    (again === undefined ? "" : `- Run the failed jobs again: ${code(again)}\n`) +
    `- Hold, lift, plan anew, or ask why: [${md(place.control)}](${controlUrl(place)})\n` +
    "- Doing nothing is safe: the next run tries again what can be tried, and deletes nothing " +
    "that is not proven.\n"
  );
}

/** One part's causes as Markdown, at most PART_MAX characters; what is cut off is counted. */
export function renderCauses(part: Part, causes: readonly Cause[]): string {
  if (causes.length === 0) return "";
  const heads = headsWithin(causes, HEADS_MAX);
  const more = causes.length - heads.length;
  const tail = more === 0 ? "" : `\n${plural(more, "more cause")} not shown.\n`;
  const title = `\n### ${TITLES[part]}\n`;
  let room = PART_MAX - title.length - tail.length - heads.reduce((n, h) => n + h.length, 0);
  const blocks = heads.map((head, i) => {
    const table = rowsTable(causes[i]?.rows ?? [], room);
    room -= table.length;
    return head + table;
  });
  return title + blocks.join("") + tail;
}

/** Room for causes without their tables, characters: what is left over is for the tables. */
const HEADS_MAX = 14_000;

function headsWithin(causes: readonly Cause[], most: number): string[] {
  let used = 0;
  const heads = causes.slice(0, CAUSES_SHOWN).map(causeHead);
  // The first one is always shown: it alone cannot be longer than all may be.
  const end = heads.findIndex((head) => (used += head.length) > most);
  return end < 0 ? heads : heads.slice(0, Math.max(1, end));
}

function causeHead({ what, class: failure, todo, isCommand, links }: Cause): string {
  const named = failure === undefined ? "" : ` (${failure})`;
  const next = isCommand ? code(cut(todo)) : md(cut(todo));
  const to = links.slice(0, LINKS_SHOWN).map(linkText).join(", ");
  return `\n**${md(cut(what))}**${named}\n\n→ ${next}\n${to === "" ? "" : `\nLogs: ${to}\n`}`;
}

/** The beginning of a text. */
const cut = (text: string, most = MESSAGE_MAX): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

const linkText = ({ text, url }: Link): string =>
  `[${md(cut(text, 60))}](${url.replaceAll(/[\s()<>]/g, encodeURIComponent)})`;

/** Room that the sentence about rows that are left out takes, characters. */
const NOTE_ROOM = 80;

/** A table of as many batches as fit into `room` characters, and how many did not. */
function rowsTable(rows: readonly BatchRow[], room: number): string {
  if (rows.length === 0) return "";
  const head = ["period", "batch", "state", "class", "what failed", "log"];
  const bare = markdownTable([head]);
  let used = bare.length + NOTE_ROOM;
  const fitting: string[] = [];
  for (const row of rows) {
    const line = markdownTable([rowCells(row)]).split("\n")[0] ?? "";
    used += line.length + 1;
    if (used > room) break;
    fitting.push(`${line}\n`);
  }
  const left = rows.length - fitting.length;
  const note = left === 0 ? "" : `\n${left} of ${rows.length} batches not shown: too long.\n`;
  if (fitting.length === 0) return note;
  return `\n${bare}${fitting.join("")}${note}`;
}

const rowCells = (row: BatchRow): string[] => [
  md(row.period),
  md(row.batch),
  md(row.state),
  row.class ?? "",
  md(cut(row.message)),
  row.log === undefined ? "" : linkText({ text: "log", url: row.log }),
];
