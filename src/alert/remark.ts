// What is written under an issue: only what is new, never that nothing changed.
import { escapeMarkdown as md, markdownList } from "../report/markdown.ts";
import { duration } from "../runtime/progress.ts";
import type { Decision } from "./decide.ts";
import type { Issues, ListedIssue } from "./issues.ts";
import { type Place, runUrl } from "./place.ts";
import type { Cause } from "./trouble.ts";

/** Causes that a comment names. */
const CAUSES_NAMED = 10;
/** Most of a sentence that a comment shows, characters. */
const SENTENCE_MAX = 500;

/** The comment that goes with a decision; undefined: none. */
export function remarkOn(
  { move, lastedMs }: Decision,
  causes: readonly Cause[],
  place: Place,
): string | undefined {
  const run = `[this run](${runUrl(place)})`;
  const named = markdownList(
    causes.slice(0, CAUSES_NAMED).map((c) => md(c.what.slice(0, SENTENCE_MAX))),
  );
  switch (move) {
    case "change":
      return `The failure changed in ${run}:\n\n${named || "- a part of it is over\n"}`;
    case "reopen":
      return `It is back, seen by ${run}:\n\n${named}`;
    case "close":
      return `Well again after ${duration(lastedMs / 1000)}, seen by ${run}.`;
    case "nothing":
    case "open":
    case "update":
      return undefined;
  }
}

/** Closes further open issues of the same flow, without their marker: the oldest one counts. */
export async function closeDoubles(
  issues: Issues,
  doubles: readonly ListedIssue[],
  kept: number,
): Promise<void> {
  for (const { number } of doubles) {
    await issues.edit(number, {
      body: `The flow's issue is #${kept}: two runs opened one each at the same time.\n`,
      state: "closed",
      reason: "not_planned",
    });
  }
}
