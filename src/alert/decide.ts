// What is to be done about a flow's issue, given what it remembers and what is so now. Pure.
import { type Channel, type Marker, UNTOLD, WELL } from "./marker.ts";
import { type Findings, fingerprintOf, type Part, PARTS, shortHash } from "./trouble.ts";

/** A flow's issue as it was found. */
export interface Previous {
  readonly number: number;
  readonly url: string;
  readonly isOpen: boolean;
  readonly marker: Marker;
  /** Markdown of each part. */
  readonly parts: Readonly<Record<Part, string>>;
}

/** What is so now; a part that is left out has nothing to say, for or against. */
export interface Present {
  readonly flow: string;
  readonly nowMs: number;
  readonly findings: Readonly<Partial<Record<Part, Findings>>>;
}

/**
 * `open`, `reopen`: a new incident. `change`: the failure is another one. `update`: it is the same.
 * `close`: all is well again. `nothing`: it was, and is.
 */
export type Move = "nothing" | "open" | "reopen" | "change" | "update" | "close";

/** What is to be done. */
export interface Decision {
  readonly move: Move;
  /** What the issue is to remember. */
  readonly marker: Marker;
  /** Channels beside the issue that know something else than what is so. */
  readonly untold: readonly Channel[];
  /** How long the incident lasted so far, ms. */
  readonly lastedMs: number;
}

/** Decides; `previous` is undefined where the flow has no issue, or none can be read. */
export function decideAlert(previous: Previous | undefined, present: Present): Decision {
  const before = previous?.isOpen ? previous.marker.parts : WELL;
  const parts = Object.fromEntries(
    PARTS.map((part) => {
      const said = present.findings[part];
      return [part, said ? fingerprintOf(said) : before[part]];
    }),
  ) as Marker["parts"];
  const now = wholeOf(parts);
  const move = moveOf(previous, now !== "", wholeOf(before) !== now);
  const isNew = move === "open" || move === "reopen";
  const nowIso = new Date(present.nowMs).toISOString();
  const since = isNew ? nowIso : (previous?.marker.since ?? nowIso);
  const told = previous?.marker.told ?? UNTOLD;
  return {
    move,
    marker: {
      v: 1,
      flow: present.flow,
      since,
      parts,
      told,
      slack: isNew ? null : (previous?.marker.slack ?? null),
    },
    untold: (["slack", "webhook"] as const).filter((channel) => told[channel] !== now),
    lastedMs: Math.max(0, present.nowMs - Date.parse(since)),
  };
}

/** One fingerprint of all parts; empty where none says that anything is wrong. */
export function wholeOf(parts: Marker["parts"]): string {
  const said = PARTS.map((part) => parts[part]);
  return said.every((one) => one === "") ? "" : shortHash(said.join("\n"));
}

function moveOf(previous: Previous | undefined, isWrong: boolean, isOther: boolean): Move {
  if (!isWrong) return previous?.isOpen ? "close" : "nothing";
  if (!previous) return "open";
  if (!previous.isOpen) return "reopen";
  return isOther ? "change" : "update";
}
