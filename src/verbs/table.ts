// The table of verbs: what `--help` prints, what may be said, and where each one is. A verb is
// loaded when it is used.
import type { Invocation, VerbResult } from "./verb.ts";

/** A verb's module. */
export interface VerbModule {
  run(inv: Invocation): Promise<VerbResult>;
}

/** An option: `value` is its placeholder; without one it is a flag. */
export interface OptionSpec {
  readonly value?: string;
  readonly help: string;
}

export interface VerbSpec {
  readonly summary: string;
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly example: string;
  load(): Promise<VerbModule>;
}

/** Options of every verb. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  flows: { value: "DIR", help: "folder of the flow files (default: flows)" },
  json: { help: "one JSON document on stdout" },
  "dry-run": { help: "do everything but write to the bucket or delete" },
  "flows-are-authoritative": { help: "take the local flow files for the default branch's" },
  verbose: { help: "more talk, and stack traces" },
  quiet: { help: "no talk but errors" },
  help: { help: "this help" },
};

const period = { value: "PERIOD", help: "only this period, e.g. 2025-11" };
const shard = { value: "I/N", help: "only the I-th of N parts of the work" };
const firstPurge = {
  value: "BATCHES",
  help: "how many batches a flow's first purge ever may be (default 1)",
};
const reason = { value: "TEXT", help: "why; others will read it" };
const gcWait = {
  value: "DURATION",
  help: "the store's collection wait, at least PT4H (default P1D)",
};

/** Every verb, in the order of a period's life. */
export const VERBS: Readonly<Record<string, VerbSpec>> = {
  validate: {
    summary: "check flow files; needs no network",
    usage: "validate [FILE...]",
    options: {},
    example: "cellarman validate flows/metrics.yaml",
    load: () => import("./validate.ts"),
  },
  plan: {
    summary: "see what is due, plan it, and cut the purge list",
    usage: "plan [FLOW]",
    options: {
      period,
      "gc-wait": gcWait,
      "first-purge": firstPurge,
    },
    example: "cellarman plan metrics --json",
    load: () => import("./plan.ts"),
  },
  archive: {
    summary: "export planned batches into the bucket and seal them",
    usage: "archive [FLOW]",
    options: { period, shard },
    example: "cellarman archive metrics --shard 1/4",
    load: () => import("./archive.ts"),
  },
  verify: {
    summary: "prove sealed batches from the bucket's bytes and a second hot read",
    usage: "verify [FLOW]",
    options: { period, shard },
    example: "cellarman verify metrics",
    load: () => import("./verify.ts"),
  },
  approve: {
    summary: "say yes to the purge of exactly the verified seals of a period",
    usage: "approve FLOW PERIOD",
    options: { digest: { value: "CHARS", help: "the digest's first eight characters" } },
    example: "cellarman approve metrics 2025-11",
    load: () => import("./approve.ts"),
  },
  purge: {
    summary: "delete from hot what the gate finds archived; reconcile; close",
    usage: "purge [FLOW]",
    options: { period, "gc-wait": gcWait },
    example: "cellarman purge metrics",
    load: () => import("./purge.ts"),
  },
  report: {
    summary: "what was done, what waits and until when, what failed",
    usage: "report [FLOW]",
    options: { output: { value: "FILE", help: "write the Markdown there as well" } },
    example: "cellarman report --output report.md",
    load: () => import("./report.ts"),
  },
  run: {
    summary: "plan, archive, verify, purge, report: each in a process of its own",
    usage: "run [FLOW]",
    options: { "gc-wait": gcWait, "first-purge": firstPurge },
    example: "cellarman run",
    load: () => import("./run.ts"),
  },
  status: {
    summary: "every period and batch; with --why the gate, line by line, deleting nothing",
    usage: "status [FLOW [PERIOD [BATCH]]]",
    options: { why: { help: "evaluate the gate without deleting" }, "gc-wait": gcWait },
    example: "cellarman status metrics 2025-11 --why",
    load: () => import("./status.ts"),
  },
  list: {
    summary: "the sealed objects; --sql prints a DuckDB view over exactly them",
    usage: "list FLOW [PERIOD]",
    options: {
      sql: { help: "a DuckDB view in which later seals win" },
      emptied: { help: "the series with no point left in hot" },
    },
    example: "cellarman list metrics 2025-11 --sql",
    load: () => import("./list.ts"),
  },
  hold: {
    summary: "stop every purge of a flow, a period, a batch, a server or everything",
    usage: "hold FLOW [PERIOD [BATCH]]",
    options: {
      reason,
      all: { help: "hold everything in the bucket" },
      server: { help: "hold the flow's Warp 10 server" },
    },
    example: 'cellarman hold metrics --reason "restore drill"',
    load: () => import("./hold.ts"),
  },
  lift: {
    summary: "lift a hold",
    usage: "lift FLOW HOLD",
    options: { reason },
    example: 'cellarman lift metrics holds/flow/metrics/1 --reason "drill is over"',
    load: () => import("./lift.ts"),
  },
  replan: {
    summary: "retire a period's plan; the next run plans anew",
    usage: "replan FLOW PERIOD",
    options: { reason },
    example: 'cellarman replan metrics 2025-11 --reason "selector widened"',
    load: () => import("./replan.ts"),
  },
  withdraw: {
    summary: "take a seal whose object is wrong or gone out of the view",
    usage: "withdraw FLOW SEAL",
    options: { reason },
    example: 'cellarman withdraw metrics seals/metrics/2025-11/B/ID.json --reason "unreadable"',
    load: () => import("./withdraw.ts"),
  },
  audit: {
    summary: "the whole story of one point: what holds it, what let it be deleted, a fresh read",
    usage: "audit FLOW SERIES TIME",
    options: {},
    example: "cellarman audit metrics 'cpu.load{host=a}' 2025-11-03T10:00:00Z",
    load: () => import("./audit.ts"),
  },
  doctor: {
    summary: "check tokens, time unit, clocks, server and store; say what is weakened",
    usage: "doctor [FLOW]",
    options: {},
    example: "cellarman doctor metrics",
    load: () => import("./doctor.ts"),
  },
};
