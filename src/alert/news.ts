// What is told of an incident beside the issue: to Slack, and to any other receiver. Pure.
import { minute } from "../report/words.ts";
import { duration } from "../runtime/progress.ts";
import type { Decision } from "./decide.ts";
import { wholeOf } from "./decide.ts";
import { type Place, runUrl } from "./place.ts";
import type { Cause } from "./trouble.ts";

/** What became of an incident. */
export type Event = "opened" | "changed" | "recovered";

/** What is told. */
export interface News {
  readonly event: Event;
  readonly flow: string;
  readonly causes: readonly Cause[];
  /** When the incident began, ms, and how long it lasted so far. */
  readonly sinceMs: number;
  readonly lastedMs: number;
  readonly nowMs: number;
  readonly place: Place;
  /** Address of the flow's issue; undefined where there is none. */
  readonly issueUrl: string | undefined;
}

/** What a decision is told as. */
export function eventOf({ move, marker }: Decision): Event {
  if (wholeOf(marker.parts) === "") return "recovered";
  return move === "open" || move === "reopen" ? "opened" : "changed";
}

/** Causes that a message names; more are counted. */
const CAUSES_NAMED = 5;
/** Longest sentence of a message, characters. */
const SENTENCE_MAX = 300;

/** The three characters that Slack gives a meaning; nothing in a text can mention or link. */
export const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const slackLink = (url: string, text: string): string =>
  `<${url.replaceAll(/[|<>\s]/g, encodeURIComponent)}|${text}>`;

/** The message in Slack's own markup. */
export function slackMessage(news: News): string {
  const { flow, event, causes, place, issueUrl } = news;
  const lasted = duration(news.lastedMs / 1000);
  const head =
    event === "recovered"
      ? `:white_check_mark: Cellarman: flow *${flow}* is well again, after ${lasted}`
      : `:rotating_light: Cellarman: flow *${flow}* needs a look since ${minute(news.sinceMs)}`;
  const lines = causes.slice(0, CAUSES_NAMED).map((c) => `• ${sentence(c)}`);
  const more = causes.length - lines.length;
  if (more > 0) lines.push(`• and ${more} more`);
  const links = [
    ...(issueUrl === undefined ? [] : [slackLink(issueUrl, "issue")]),
    ...(place.repository === "" ? [] : [slackLink(runUrl(place), "run")]),
  ];
  return [head, ...lines, ...(links.length > 0 ? [links.join(" · ")] : [])].join("\n");
}

function sentence({ what, class: failure }: Cause): string {
  const short = what.length > SENTENCE_MAX ? `${what.slice(0, SENTENCE_MAX - 1)}…` : what;
  return `${slackText(short)}${failure === undefined ? "" : ` (${failure})`}`;
}

/** Causes that a document lists. */
const CAUSES_LISTED = 100;

/** The document that a receiver gets: `cellarman/alert/1` (docs/reference/documents.md). */
export function alertDocument(news: News): object {
  const { event, flow, causes, sinceMs, lastedMs, nowMs, place, issueUrl } = news;
  return {
    schema: "cellarman/alert/1",
    event,
    flow,
    at: new Date(nowMs).toISOString(),
    since: new Date(sinceMs).toISOString(),
    seconds: Math.round(lastedMs / 1000),
    repository: place.repository || null,
    run: place.repository === "" ? null : runUrl(place),
    issue: issueUrl ?? null,
    causes: causes.slice(0, CAUSES_LISTED).map(({ key, what, class: failure, todo, rows }) => ({
      key,
      what,
      class: failure ?? null,
      todo,
      batches: rows.length,
    })),
    causesInAll: causes.length,
  };
}
