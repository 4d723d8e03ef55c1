// What a person has to create on GitHub, and who needs what. Pure.
import type { Flow } from "../flow/flow.ts";
import { type DefaultVariable, variablesOf } from "./variables.ts";

/** An environment of the repository, and the secrets in it. */
export interface NeededEnvironment {
  readonly name: string;
  /** Which jobs run in it. */
  readonly jobs: string;
  readonly secrets: readonly NeededSecret[];
  /** Rules that it must have. */
  readonly rules: readonly string[];
}

export interface NeededSecret {
  readonly name: string;
  readonly what: string;
}

/** Everything to create. */
export interface Todo {
  readonly environments: readonly NeededEnvironment[];
  /** Secrets of the repository itself. */
  readonly secrets: readonly NeededSecret[];
  readonly labels: readonly string[];
  readonly settings: readonly string[];
}

/** How the repository is set up. */
export interface Setup {
  readonly workflows: readonly string[];
  readonly withoutPurge: boolean;
  readonly hasPolicy: boolean;
}

const DEFAULT_BRANCH = "deployment branches: the default branch only";

const READ = { WARP10_READ_TOKEN: "Warp 10 read token" } as const;
const HFILES = { WARP10_HFILES_TOKEN: "read token of the archive's HFiles" } as const;
const KEYS = (whose: string) => ({
  CELLAR_ADDON_KEY_ID: `id of the bucket key of ${whose}`,
  CELLAR_ADDON_KEY_SECRET: `secret of the bucket key of ${whose}`,
});
const ALERTS = {
  SLACK_WEBHOOK_URL: "Slack incoming webhook",
  SLACK_BOT_TOKEN: "Slack bot token, instead of the webhook: one message an incident",
  ALERT_WEBHOOK_TOKEN: "bearer token of alerts.webhook",
} as const;
const PURGE = {
  ...READ,
  ...HFILES,
  WARP10_DELETE_TOKEN: "Warp 10 delete token: here and nowhere else",
  WARP10_PROBE_TOKEN: "Warp 10 write token of the fence's probe",
  ...KEYS("purge"),
};

/** The whole list for the flows that are there. */
export function todoOf(flows: readonly Flow[], setup: Setup): Todo {
  const names = [...new Set(flows.map(({ run }) => run.environment))].toSorted();
  const legs = names.flatMap((name) => {
    const own = flows.filter(({ run }) => run.environment === name);
    return legsOf(name, own, setup);
  });
  const plan: NeededEnvironment = {
    name: "cellarman-plan",
    jobs: "plan, report and control",
    secrets: secretsOf(flows, { ...READ, ...KEYS("archive"), ...ALERTS }),
    rules: [DEFAULT_BRANCH],
  };
  return {
    environments: [plan, ...legs, ...watchdogOf(flows, setup)],
    secrets: secretsOf(flows, {
      WARP10_READ_TOKEN:
        "optional, for estimates in review.yml: a token that only reads; everybody with write " +
        "access to the repository can get at it",
    }),
    labels: ["cellarman", ...new Set(flows.flatMap(({ alerts }) => alerts.issue.labels))],
    settings: settingsOf(flows, setup),
  };
}

/** It looks on pull requests as well, where a limited environment would fail it. */
function watchdogOf(flows: readonly Flow[], { workflows }: Setup): NeededEnvironment[] {
  if (!workflows.includes("watchdog.yml")) return [];
  const heartbeat = {
    name: "CELLARMAN_HEARTBEAT_URL",
    what: "address that is called when all is well: it alone tells of a silent repository",
  };
  const secrets = secretsOf(flows, { ...KEYS("reading alone"), ...ALERTS });
  const rules = ["no branch rule: everybody with write access can read these secrets"];
  return [
    { name: "cellarman-watchdog", jobs: "watchdog", secrets: [...secrets, heartbeat], rules },
  ];
}

function secretsOf(
  flows: readonly Flow[],
  wanted: Partial<Record<DefaultVariable, string>>,
): NeededSecret[] {
  const names = variablesOf(flows);
  return Object.entries(wanted).flatMap(([name, what]) =>
    names[name as DefaultVariable].map((named) => ({ name: named, what })),
  );
}

function legsOf(name: string, flows: readonly Flow[], setup: Setup): NeededEnvironment[] {
  const reads = (whose: string): NeededSecret[] =>
    secretsOf(flows, { ...READ, ...HFILES, ...KEYS(whose) });
  const legs: NeededEnvironment[] = [
    {
      name: `${name}-archive`,
      jobs: "archive",
      secrets: reads("archive"),
      rules: [DEFAULT_BRANCH],
    },
    { name: `${name}-verify`, jobs: "verify", secrets: reads("verify"), rules: [DEFAULT_BRANCH] },
  ];
  const purging = flows.filter(({ purge }) => purge.mode !== "never");
  if (setup.withoutPurge || purging.length === 0) return legs;
  const only = `${DEFAULT_BRANCH} (purge refuses without)`;
  const isReviewed = purging.some(({ purge }) => purge.approveBy === "environment");
  const reviewers = ["required reviewers, no self-review", "no bypass by administrators"];
  const approve: NeededEnvironment = {
    name: `${name}-approve`,
    jobs: "approve, and lift in control",
    secrets: secretsOf(purging, { ...READ, ...KEYS("purge") }),
    rules: [only, ...(isReviewed ? reviewers : [])],
  };
  const purge: NeededEnvironment = {
    name: `${name}-purge`,
    jobs: "purge",
    secrets: secretsOf(purging, PURGE),
    rules: [only],
  };
  const isNeeded = isReviewed || setup.workflows.includes("control.yml");
  return [...legs, ...(isNeeded ? [approve] : []), purge];
}

function settingsOf(flows: readonly Flow[], setup: Setup): string[] {
  const byPull = flows.some(({ purge }) => purge.approveBy === "pull-request");
  return [
    "Actions: workflow permissions read-only; no repository secret but the optional one",
    "A ruleset on the default branch: pull requests with a review of code owners, no bypass",
    ...(byPull && !setup.withoutPurge
      ? ["Approvals by pull request: Actions may create them, or an App's CELLARMAN_APP_TOKEN"]
      : []),
    ...(byPull && !setup.hasPolicy
      ? ["Approvals by pull request: flows/policy.yaml with approvers (cellarman init --policy)"]
      : []),
    ...(setup.withoutPurge
      ? ["The purge runs elsewhere: cellarman purge, with the delete token there and not on GitHub"]
      : []),
    ...(setup.workflows.includes("watchdog.yml")
      ? []
      : ["Nobody watches the schedule: cellarman init --with watchdog, and a heartbeat"]),
  ];
}

/** The list as people read it. */
export function todoText({ environments, secrets, labels, settings }: Todo): string {
  const secretLine = ({ name, what }: NeededSecret): string => `      ${name}: ${what}`;
  return [
    "To create on GitHub (Settings):",
    "",
    "  Environments, each with its own secrets:",
    ...environments.flatMap(({ name, jobs, secrets: own, rules }) => [
      `    ${name} (${jobs})`,
      ...own.map(secretLine),
      ...rules.map((rule) => `      rule: ${rule}`),
    ]),
    ...(secrets.length > 0 ? ["  Repository secrets:", ...secrets.map(secretLine)] : []),
    `  Labels: ${labels.join(", ")}`,
    "  Settings:",
    ...settings.map((line) => `    ${line}`),
    "",
    "docs/how-to/github.md says how, and why.",
    "",
  ].join("\n");
}
