// Opening what a verb works with: flow files, the bucket, the hot store. Credentials come from the
// environment by the names that the flow gives, and go nowhere else.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { dryRun } from "../cellar/dry-run.ts";
import type { Cold } from "../cellar/cold.ts";
import type { LargeCold } from "../cellar/large.ts";
import { openCellar } from "../cellar/s3.ts";
import type { EnvName, Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { loadPolicy, type Policy, policyBeside, POLICY_FILE } from "../flow/policy.ts";
import { renderProblems } from "../flow/problems.ts";
import { openRunGitHub } from "../forge/actions/context.ts";
import type { Forge } from "../forge/forge.ts";
import { openGit } from "../forge/git.ts";
import { overGitHub } from "../forge/github/forge.ts";
import { keptFor } from "../forge/kept.ts";
import { patient, patientLarge } from "../cellar/patient.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { randomFraction } from "../runtime/random.ts";
import { retrying, type RetryPolicy } from "../runtime/retry.ts";
import { openHot, type OpenHot } from "../warp10/client.ts";
import type { Hot } from "../warp10/hot.ts";
import { limited } from "../warp10/limited.ts";
import type { WorkTime } from "../runtime/work-time.ts";
import type { TimeUnit } from "../warp10/range.ts";
import { assertDestinations } from "./destinations.ts";
import { readLimitsOf } from "./read-limits.ts";
import { flagOption, type Invocation, textOption } from "./verb.ts";

/** A flow and the file that it came from. */
export interface FlowFile {
  readonly file: string;
  readonly flow: Flow;
}

/** The folder of flow files: `--flows DIR`, default `flows`. */
export const flowsFolder = (inv: Invocation): string => textOption(inv.options, "flows") ?? "flows";

/**
 * Paths of all flow files in the folder, sorted; the policy is none. Throws "usage" when there is
 * no such folder.
 */
export async function flowPaths(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name) && name !== POLICY_FILE)
      .toSorted()
      .map((name) => join(folder, name));
  } catch (cause) {
    throw new CellarmanError("usage", `no folder ${folder} with flow files`, {
      hint: "Run from the repository's top, or say --flows DIR.",
      cause,
    });
  }
}

/** A flow file that is not valid, and why. */
export interface BadFile {
  readonly file: string;
  /** One line each, with file, line and column. */
  readonly problems: string;
}

/** Loads all flows that are valid, and says what is wrong with the others. */
export async function readFlows(inv: Invocation): Promise<{ files: FlowFile[]; bad: BadFile[] }> {
  const files: FlowFile[] = [];
  const bad: BadFile[] = [];
  for (const file of await flowPaths(flowsFolder(inv))) {
    const loaded = loadFlow(await readFile(file), file);
    if ("flow" in loaded) files.push({ file, flow: loaded.flow });
    else bad.push({ file, problems: renderProblems(loaded.problems) });
  }
  return { files, bad };
}

/** Loads all flows. Throws "flow-invalid" with every problem of every file. */
export async function loadFlows(inv: Invocation): Promise<FlowFile[]> {
  const { files, bad } = await readFlows(inv);
  if (bad.length > 0) throw invalidFlows(bad);
  return files;
}

/** The failure that names every problem of these files. */
export function invalidFlows(bad: readonly BadFile[]): CellarmanError {
  const problems = bad.map((file) => file.problems).join("");
  return new CellarmanError("flow-invalid", `flow files are not valid:\n${problems.trimEnd()}`, {
    hint: "Correct the lines above; cellarman validate checks them.",
  });
}

/** The policy in the folder of flows; undefined where there is none. Throws "flow-invalid". */
export async function localPolicy(inv: Invocation): Promise<Policy | undefined> {
  try {
    return loadPolicy(await readFile(join(flowsFolder(inv), POLICY_FILE), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The flows that an invocation is about: the first positional names one; none: all. */
export async function chosenFlows(inv: Invocation): Promise<FlowFile[]> {
  return chosenOf(inv, await loadFlows(inv));
}

/** Those of the flows that an invocation is about. Throws "usage" where it names none of them. */
export function chosenOf(inv: Invocation, files: readonly FlowFile[]): FlowFile[] {
  const wanted = inv.positionals[0];
  if (wanted === undefined) return [...files];
  const found = files.filter((f) => f.flow.name === wanted);
  if (found.length > 0) return found;
  const names = files.map((f) => f.flow.name).join(", ") || "none";
  throw new CellarmanError("usage", `no flow is named ${wanted}`, { hint: `There are: ${names}.` });
}

/** The one flow that an invocation must name. */
export async function chosenFlow(inv: Invocation): Promise<FlowFile> {
  const [only] = await chosenFlows(inv);
  if (inv.positionals[0] === undefined || !only) {
    throw new CellarmanError("usage", `${inv.verb} needs the name of a flow`);
  }
  return only;
}

/** The value of a secret. Throws "not-authorised" when the variable is not set. */
export function secret(inv: Invocation, name: EnvName, what: string): string {
  const value = inv.io.env.get(name.env);
  if (value !== undefined) return value;
  throw new CellarmanError("not-authorised", `${name.env} is not set: it holds the ${what}`, {
    hint: `Set the environment variable ${name.env}; the flow names it.`,
  });
}

/** A bucket with its large objects, and connections to close. */
export type OpenStore = Cold & {
  /** Meets passing failures by itself. */
  readonly large: LargeCold;
  /** Each call once: for uploads, which have patience of their own. */
  readonly largeOnce: LargeCold;
  close(): Promise<void>;
};

/** Opens the flow's bucket; with `--dry-run` nothing is written to it. */
export async function openStore(inv: Invocation, at: FlowFile): Promise<OpenStore> {
  await assertDestinations(inv, at);
  const { s3, bucket, prefix, accessKeyId, secretAccessKey } = at.flow.archive;
  const { storeStallMs } = inv.io.limits ?? {};
  const store = openCellar({
    endpoint: s3,
    bucket,
    prefix,
    accessKeyId: secret(inv, accessKeyId, "bucket's key id"),
    secretAccessKey: secret(inv, secretAccessKey, "bucket's secret key"),
    clock: inv.io.clock,
    ...(storeStallMs === undefined ? {} : { stallMs: storeStallMs }),
  });
  const retry = retrying(STORE_RETRY, inv.io.clock, randomFraction);
  const reads = patient(store, retry);
  const cold = flagOption(inv.options, "dry-run") ? dryRun(reads) : reads;
  const large = patientLarge(store.large, retry);
  return { ...cold, large, largeOnce: store.large, close: () => store.close() };
}

/**
 * How the store's passing failures are met: a blip is sat out, an outage fails the batch's attempt.
 */
const STORE_RETRY: RetryPolicy = {
  type: "random",
  intervalMs: 200,
  maxIntervalMs: 10_000,
  maxAttempts: 7,
  maxDurationMs: 60_000,
};

/** A hot store with connections to close. */
export type OpenReader = Hot & Pick<OpenHot, "close" | "grantedLimits">;

/** Opens the flow's Warp 10 for reading; no read is without limits. */
export async function openReader(
  inv: Invocation,
  at: FlowFile,
  unit?: TimeUnit,
  time?: WorkTime,
): Promise<OpenReader> {
  await assertDestinations(inv, at);
  const hot = openHot({
    url: at.flow.source.warp10,
    readToken: secret(inv, at.flow.source.readToken, "read token"),
    clock: inv.io.clock,
    log: inv.log,
    ...(unit ? { unit } : {}),
  });
  const { deadlineMs: timeoutMs, ...rest } = readLimitsOf(inv, at.flow.run.timeoutMs);
  const defaults = {
    ...rest,
    // Asked at each call: no read outlasts the time of this process.
    get deadlineMs() {
      return Math.min(timeoutMs, time?.leftMs() ?? timeoutMs);
    },
  };
  return {
    ...limited(hot, defaults),
    close: () => hot.close(),
    grantedLimits: (limits = defaults) => hot.grantedLimits(limits),
  };
}

/** How long an answer about the default branch is good for, ms: one fetch a minute at the most. */
const BRANCH_FRESH_MS = 60_000;

/**
 * Where the flows are kept; undefined: no remote. In a run of GitHub Actions that has a token its
 * API is asked, else `git fetch`.
 */
export async function openForge(inv: Invocation): Promise<Forge | undefined> {
  const checkout = await openGit(flowsFolder(inv));
  if (!checkout) return undefined;
  const github = openRunGitHub(inv.io, inv.log);
  if (github) return overGitHub(checkout, github, inv.io.clock);
  return keptFor(checkout, inv.io.clock, BRANCH_FRESH_MS);
}

/**
 * The policy that a run goes by: the default branch's as it is now; without a remote the one on
 * disk. Throws "flow-invalid" where it cannot be read.
 */
export async function policyNow(inv: Invocation, at: FlowFile): Promise<Policy | undefined> {
  const forge = await openForge(inv);
  if (!forge) return localPolicy(inv);
  const text = await forge.fileNow(policyBeside(await forge.pathInside(at.file)));
  return text === undefined ? undefined : loadPolicy(text);
}
