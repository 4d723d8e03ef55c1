// What is wrong with a flow, as those who are told of it need it. Pure.
import { createHash } from "node:crypto";
import type { FailureClass } from "../runtime/failure-class.ts";

/**
 * Who found it. `report` speaks of the run and the ledger, `watchdog` of the ledger and the
 * schedule: each replaces its own parts of the issue and leaves the others as they are.
 */
export const PARTS = ["run", "ledger", "schedule"] as const;
export type Part = (typeof PARTS)[number];

/** A batch that a cause is about. */
export interface BatchRow {
  readonly period: string;
  readonly batch: string;
  readonly state: string;
  readonly class: FailureClass | undefined;
  /** What failed; empty where nothing is known. */
  readonly message: string;
  /** Address of the log of the leg that worked on it. */
  readonly log: string | undefined;
}

/** A page that helps. */
export interface Link {
  readonly text: string;
  readonly url: string;
}

/** One thing that is wrong. */
export interface Cause {
  /**
   * What makes it this cause and no other: kind, period, class. No counts, times or batches, so
   * that a failure that stays the same makes no noise.
   */
  readonly key: string;
  /** One sentence. */
  readonly what: string;
  readonly class: FailureClass | undefined;
  /** The step to take: a command, or a sentence. */
  readonly todo: string;
  readonly isCommand: boolean;
  readonly links: readonly Link[];
  readonly rows: readonly BatchRow[];
}

/** What one part says: causes, or none. */
export type Findings = readonly Cause[];

/** A cause without links or batches. */
export function cause(
  key: string,
  what: string,
  todo: string,
  rest: Partial<Omit<Cause, "key" | "what" | "todo">> = {},
): Cause {
  const isCommand = todo.startsWith("cellarman ");
  return { key, what, todo, isCommand, class: undefined, links: [], rows: [], ...rest };
}

/** 16 hex digits that stay while the causes stay; empty where there are none. */
export function fingerprintOf(causes: readonly Cause[]): string {
  const keys = [...new Set(causes.map((c) => c.key))].toSorted();
  return keys.length === 0 ? "" : shortHash(keys.join("\n"));
}

/** The first 16 hex digits of a SHA-256. */
export const shortHash = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);
