// What GitHub keeps of a run.
import type { ChildProcess } from "node:child_process";
import type { Annotation } from "./commands.ts";
import type { Json } from "./expressions.ts";

export type Conclusion = "success" | "failure" | "cancelled" | "skipped";

/** One job: a leg of a matrix is one of its own. */
export interface JobRecord {
  readonly id: number;
  /** The job's key. */
  readonly key: string;
  /** As GitHub shows it. */
  readonly name: string;
  readonly attempt: number;
  readonly matrix: Json;
  readonly environment: string;
  /** Undefined while it runs. */
  conclusion: Conclusion | undefined;
  /** What its processes said. */
  log: string;
  summary: string;
  readonly annotations: Annotation[];
  readonly outputs: Record<string, string>;
  readonly steps: { readonly name: string; readonly conclusion: Conclusion }[];
  /** The process of its present step. */
  child: ChildProcess | undefined;
  /** Set by a test: its runner went away. */
  lost: boolean;
}

/** All records of one job's key, and what its dependants see. */
export interface JobResult {
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly records: readonly JobRecord[];
}

/** A file that a run keeps. */
export interface Artifact {
  readonly name: string;
  readonly attempt: number;
  readonly text: string;
}

/** The result of several legs as one, as `needs` shows it. */
export function resultOf(records: readonly JobRecord[]): Conclusion {
  const all = records.map((record) => record.conclusion);
  if (all.includes("failure")) return "failure";
  if (all.includes("cancelled")) return "cancelled";
  return all.every((one) => one === "skipped") ? "skipped" : "success";
}
