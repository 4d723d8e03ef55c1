// What every scenario starts from: stand-ins of Warp 10, Cellar and GitHub, a repository with the
// shipped workflows and some flows, and the environments with the secrets that the how-to names.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Credential } from "../../sim/cellar/protocol.ts";
import { assertKept } from "../../sim/planted.ts";
import { type GitHubSim, startGitHub } from "../../sim/github/server.ts";
import { World, type WorldOptions } from "../../sim/world.ts";
import { START } from "../support/november.ts";
import { ROOT } from "./runner/actions.ts";
import { Repository } from "./runner/repository.ts";
import type { Run } from "./runner/run.ts";
import { Stage } from "./runner/stage.ts";

const ARCHIVE = [
  "plans/",
  "data/",
  "seals/",
  "markers/",
  "lists/",
  "legs/",
  "proposals/",
  "holds/",
  "withdrawn/",
];
const PURGE = ["intents/", "purged/", "approved/", "lifts/", "holds/", "fences/", "recounts/"];
const ENDS = ["ended/", "reconciled/", "closed/", "findings/", "plans/"];

/** The bucket keys, each with its prefixes (design §5), and one that only reads. */
export const KEYS = {
  archive: key("archive", ARCHIVE),
  verify: key("verify", ["verified/", "findings/", "holds/"]),
  purge: key("purge", [...PURGE, ...ENDS]),
  reading: key("reading", []),
} as const;

function key(name: string, puts: readonly string[]): Credential {
  return {
    accessKeyId: `key-${name}`,
    secretAccessKey: `secret-of-${name}`,
    grants: [{ actions: ["get", "list"] }, { actions: ["put"], prefixes: puts }],
  };
}

/** How a stage is set. */
export interface Setting extends Pick<WorldOptions, "maxPastMs"> {
  /** Flow files by name: what follows `source` and `archive`. */
  readonly flows?: Readonly<Record<string, string>>;
  /** The repository has nothing but a README: no shipped workflow. */
  readonly bare?: boolean;
  /** Further files of the repository; null: a shipped workflow that it does not have. */
  readonly files?: Readonly<Record<string, string | null>>;
}

/** Workflows that the repository has. */
const SHIPPED = ["offload.yml", "control.yml", "review.yml", "rerun.yml", "watchdog.yml"];

export const AUTOMATIC =
  "period: { first: 2025-11 }\n" +
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D, lag: PT1S } }";

/** A running stage and everything around it. */
export interface Play {
  readonly stage: Stage;
  readonly world: World;
  readonly github: GitHubSim;
  readonly repository: Repository;
  /** Somebody commits files (null removes one) to a branch: git and GitHub's API have them. */
  push(files: Readonly<Record<string, string | null>>, branch?: string): string;
  /** What was merged on GitHub's pages comes to git; starts the runs that this push starts. */
  pull(): Run[];
  /** Keys in the bucket that begin so. */
  keys(prefix: string): string[];
  /** A flow file's text for this world. */
  flow(name: string, rest: string): string;
  close(): Promise<void>;
}

/** Sets the stage: the default branch has the flows and the shipped workflows. */
export async function openPlay(setting: Setting = {}): Promise<Play> {
  const world = await World.start({ startMs: START, credentials: Object.values(KEYS), ...setting });
  const github = await startGitHub({ now: () => world.now() });
  const folder = mkdtempSync(join(tmpdir(), "cellarman-workflow-"));
  const repository = new Repository(join(folder, "git"));
  const flow = (name: string, rest: string): string => flowText(world, name, rest);
  const flows = Object.entries(setting.flows ?? { metrics: AUTOMATIC });
  const shipped = (setting.bare ? [] : SHIPPED).map((name) => `.github/workflows/${name}`);
  const push: Play["push"] = (files, branch = "main") => {
    if (branch !== "main" && !github.world.git.head(branch)) {
      github.world.git.move(branch, github.world.git.head("main")?.sha ?? "", "alice");
    }
    github.world.git.push(branch, { files, author: "alice" });
    return repository.push(files, branch);
  };
  push({
    "README.md": "# flows\n",
    ...Object.fromEntries(shipped.map((path) => [path, readFileSync(join(ROOT, path), "utf8")])),
    ...Object.fromEntries(flows.map(([name, rest]) => [`flows/${name}.yaml`, flow(name, rest)])),
    ...setting.files,
  });
  const stage = new Stage({
    folder,
    repository,
    github,
    machine: () => ({ CELLARMAN_CLOCK_SHIFT_MS: String(Math.round(world.now() - Date.now())) }),
  });
  setEnvironments(stage, "cellarman");
  return {
    stage,
    world,
    github,
    repository,
    flow,
    push,
    pull: () => {
      const files = github.world.git.head("main")?.files ?? new Map<string, string>();
      const before = repository.head();
      const changed = [...files].filter(([path, text]) => !repository.has(before, path, text));
      repository.push(Object.fromEntries(changed));
      return stage.pushed(changed.map(([path]) => path));
    },
    keys: (prefix) =>
      [...world.cellar.objects("metrics-cold").keys()].filter((name) => name.startsWith(prefix)),
    close: async () => {
      await Promise.all([world.close(), github.close()]);
      rmSync(folder, { recursive: true, force: true });
      assertKept(secretsOf(stage), textsToSee(stage));
    },
  };
}

/** Every secret of every environment; variables of one name are told apart. */
function secretsOf({ environments, secrets }: Stage): Map<string, string> {
  const all = [...environments].flatMap(([where, environment]) =>
    Object.entries(environment.secrets).map(([name, text]) => [`${where}: ${name}`, text] as const),
  );
  return new Map([...all, ...Object.entries(secrets)]);
}

/** All that people see of the runs, and of what these wrote on GitHub's pages. */
function* textsToSee({ runs, github }: Stage): Generator<[where: string, text: string]> {
  for (const { records, artifacts } of runs) {
    for (const { name, log, summary, annotations, outputs } of records) {
      yield [`the log of ${name}`, log];
      yield [`the summary of ${name}`, summary];
      yield [`annotations and outputs of ${name}`, JSON.stringify([annotations, outputs])];
    }
    for (const { name, text } of artifacts) yield [`the artifact ${name}`, text];
  }
  for (const { title, body } of github.world.issues.values()) yield ["an issue", title + body];
  for (const { body } of github.world.comments.values()) yield ["a comment", body];
  for (const { path } of github.calls) yield ["an address", path];
}

function flowText(world: World, name: string, rest: string): string {
  // Flows select by their names: `cpu` selects cpu.load; `metrics` everything.
  const classes = name === "metrics" ? ".*" : `${name}\\..*`;
  return [
    "version: 1",
    `flow: ${name}`,
    "source:",
    `  warp10: ${world.warp10.url}`,
    `  select: [{ class: { regex: '${classes}' } }]`,
    `archive: { s3: ${world.cellar.url}, bucket: metrics-cold }`,
    rest,
    "",
  ].join("\n");
}

/**
 * The environments of one cluster, each with the secrets of its job alone. `prefix` goes before the
 * names of a second cluster's variables, whose flows share the plan's environment.
 */
export function setEnvironments(stage: Stage, name: string, keys = KEYS, prefix = ""): void {
  const called = (secrets: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(secrets).map(([one, text]) => [
        prefix === "" ? one : `${prefix}_${one}`,
        text,
      ]),
    );
  const bucket = ({ accessKeyId, secretAccessKey }: Credential) => ({
    CELLAR_ADDON_KEY_ID: accessKeyId,
    CELLAR_ADDON_KEY_SECRET: secretAccessKey,
  });
  const read = { WARP10_READ_TOKEN: "WORLD_READ" };
  const set = (job: string, secrets: Record<string, string>, branches?: string[]): void => {
    const { world } = stage.github;
    world.addEnvironment(`${name}-${job}`, { branches: branches ?? "any" });
    stage.environments.set(`${name}-${job}`, {
      secrets: called(secrets),
      ...(branches ? { branches } : {}),
    });
  };
  const planning = called({ ...read, ...bucket(keys.archive) });
  const others = stage.environments.get("cellarman-plan")?.secrets;
  stage.environments.set("cellarman-plan", { secrets: { ...others, ...planning } });
  const watching = stage.environments.get("cellarman-watchdog")?.secrets;
  const looking = called(bucket(keys.reading));
  stage.environments.set("cellarman-watchdog", { secrets: { ...watching, ...looking } });
  set("archive", { ...read, ...bucket(keys.archive) });
  set("verify", { ...read, ...bucket(keys.verify) });
  set("approve", bucket(keys.purge), ["main"]);
  const purging = { WARP10_DELETE_TOKEN: "WORLD_DELETE", WARP10_PROBE_TOKEN: "WORLD_PROBE" };
  set("purge", { ...read, ...bucket(keys.purge), ...purging }, ["main"]);
}
