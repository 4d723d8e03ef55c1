// The table of verbs: what `--help` prints, what may be said, and where each one is. A verb is
// loaded when it is used.
import {
  deadline,
  firstPurge,
  gcWait,
  leg,
  period,
  purgeElsewhere,
  reason,
  shard,
} from "./shared-options.ts";
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

/** Every verb, in the order of a period's life. */
export const VERBS: Readonly<Record<string, VerbSpec>> = {
  validate: {
    summary: "check flow files; needs no network",
    usage: "validate [FILE...]",
    options: {},
    example: "cellarman validate flows/metrics.yaml",
    load: () => import("./validate.ts"),
  },
  review: {
    summary: "what a change of the flows does, against a base: periods, deletion, policy",
    usage: "review [--base REF]",
    options: {
      base: {
        value: "REF",
        help: "branch or commit to compare with (default: the default branch)",
      },
      comment: { help: "in a pull request's run: write its one comment" },
      "detailed-exitcode": { help: "exit 5 where the flows change" },
      "accept-destinations": { help: "say yes by hand to where credentials go" },
    },
    example: "cellarman review --base main",
    load: () => import("./review.ts"),
  },
  plan: {
    summary: "see what is due, plan it, and cut the purge list",
    usage: "plan [FLOW]",
    options: {
      period,
      batch: { value: "BATCH", help: "legs for this batch alone" },
      legs: { help: "write down which job takes which batch, and print the matrices" },
      steps: { value: "LIST", help: "legs for these: archive,verify,purge (default: all)" },
      "purge-elsewhere": purgeElsewhere,
      "gc-wait": gcWait,
      "first-purge": firstPurge,
    },
    example: "cellarman plan metrics --json",
    load: () => import("./plan.ts"),
  },
  archive: {
    summary: "export planned batches into the bucket and seal them",
    usage: "archive [FLOW]",
    options: { period, shard, leg, deadline },
    example: "cellarman archive metrics --shard 1/4",
    load: () => import("./archive.ts"),
  },
  verify: {
    summary: "prove sealed batches from the bucket's bytes and a second hot read",
    usage: "verify [FLOW]",
    options: { period, shard, leg, deadline },
    example: "cellarman verify metrics",
    load: () => import("./verify.ts"),
  },
  approve: {
    summary: "say yes to the purge of exactly the verified seals of a period",
    usage: "approve FLOW PERIOD",
    options: {
      digest: { value: "CHARS", help: "the digest's first eight characters; all 64 in CI" },
      propose: {
        help: "one pull request a waiting period (approve-by: pull-request)",
      },
      environment: {
        value: "NAME",
        help: "CI environment whose reviewers said yes to this run",
      },
      review: { value: "JSON", help: "every period that plan --legs asked those reviewers" },
    },
    example: "cellarman approve metrics 2025-11",
    load: () => import("./approve.ts"),
  },
  purge: {
    summary: "delete from hot what the gate finds archived; reconcile; close",
    usage: "purge [FLOW]",
    options: { period, leg, deadline, "gc-wait": gcWait },
    example: "cellarman purge metrics",
    load: () => import("./purge.ts"),
  },
  report: {
    summary: "what was done, what waits and until when, what failed",
    usage: "report [FLOW]",
    options: {
      output: { value: "FILE", help: "write the Markdown there as well" },
      needs: { value: "JOBS", help: "how the run's jobs ended: plan=success/0,archive=failure" },
      plan: { value: "ID", help: "the plan whose legs the jobs were: only its batches count" },
      alert: { help: "open, update or close each flow's issue; tell Slack and webhooks" },
      attempt: { value: "N", help: "this attempt of the run (default: GITHUB_RUN_ATTEMPT)" },
      "max-reruns": { value: "N", help: "re-runs that rerun may make: nobody is told before" },
      "purge-elsewhere": purgeElsewhere,
    },
    example: "cellarman report --output report.md",
    load: () => import("./report.ts"),
  },
  watchdog: {
    summary: "what should have happened and did not: overdue periods, a schedule gone silent",
    usage: "watchdog [FLOW]",
    options: {
      workflow: { value: "FILE", help: "the workflow that must run (default: offload.yml)" },
      "silent-after": { value: "DURATION", help: "how long no run need succeed (default: P3D)" },
      "purge-elsewhere": purgeElsewhere,
    },
    example: "cellarman watchdog --silent-after P3D",
    load: () => import("./watchdog.ts"),
  },
  rerun: {
    summary: "run a failed run's jobs again where that may help, a bounded number of times",
    usage: "rerun",
    options: {
      run: { value: "ID", help: "the run (default: the one whose end started this one)" },
      "max-reruns": { value: "N", help: "re-runs of one run in all (default: 2)" },
    },
    example: "cellarman rerun --max-reruns 2",
    load: () => import("./rerun.ts"),
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
  init: {
    summary: "write workflows, an example flow and CODEOWNERS; say what to create on GitHub",
    usage: "init [FOLDER]",
    options: {
      owner: { value: "NAME", help: "account that the action is taken from: NAME/cellarman" },
      ref: { value: "SHA", help: "the action's commit (default: asked of that repository's tag)" },
      with: { value: "NAMES", help: "further workflows, by commas: control,rerun,watchdog" },
      policy: { help: "write a policy that the flows keep" },
      codeowners: { value: "NAMES", help: "accounts or teams, such as @acme/data-oncall" },
      "without-purge": { help: "leave out the jobs that approve and purge" },
    },
    example: "cellarman init --owner acme --with control,rerun,watchdog --policy",
    load: () => import("./init.ts"),
  },
  doctor: {
    summary: "check tokens, time unit, clocks, server and store; say what is weakened",
    usage: "doctor [FLOW]",
    options: { hfiles: { help: "look up what differs from one HFiles server to the next" } },
    example: "cellarman doctor metrics",
    load: () => import("./doctor.ts"),
  },
};
