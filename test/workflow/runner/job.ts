// One job of a run, or one leg of a matrix: its environment, its token, its steps.
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { actionUsed } from "./actions.ts";
import { annotationsIn, entriesIn } from "./commands.ts";
import { variablesOf } from "./contexts.ts";
import { conditionOf, type Contexts, type Json, textOf, valueOf } from "./expressions.ts";
import { type Ended, startProcess } from "./process.ts";
import type { Conclusion, JobRecord } from "./records.ts";
import type { Run } from "./run.ts";
import { at, child, items, type JobText } from "./workflow.ts";

/** A job that runs. */
export interface JobInHand {
  readonly run: Run;
  readonly text: JobText;
  readonly record: JobRecord;
  readonly workspace: string;
  readonly contexts: Contexts;
  /** Its own secrets: what is masked, and never an output. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A job's outputs are refused beyond this, counted in UTF-16 (facts github-actions §1.2). */
const OUTPUTS_MAX_BYTES = 1024 * 1024;
/** A step's summary is dropped beyond this (actions/runner, FileCommandManager.cs). */
const SUMMARY_MAX_BYTES = 1024 * 1024;

const asTexts = (value: Json | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [name, textOf(one as Json)]));

/** Runs all steps; resolves to the job's conclusion. */
export async function runSteps(job: JobInHand): Promise<Conclusion> {
  const { record, run, text } = job;
  const steps: Record<string, Json> = {};
  let failed = false;
  for (const [i, token] of items(child(text.token, "steps")).entries()) {
    const contexts = { ...job.contexts, steps };
    const cancelled = run.isCancelled;
    const status = { success: !failed && !cancelled, failure: failed, cancelled };
    const id = textOf(at(token, "id", contexts)) || `__${i}`;
    if (!conditionOf(child(token, "if"), contexts, status)) {
      record.steps.push({ name: id, conclusion: "skipped" });
      steps[id] = { outcome: "skipped", conclusion: "skipped", outputs: {} };
      continue;
    }
    const { conclusion, outputs } = await runStep(job, token, contexts, `${record.id}-${i}`);
    record.steps.push({ name: id, conclusion });
    steps[id] = { outcome: conclusion, conclusion, outputs };
    failed ||= conclusion === "failure";
    if (record.lost) return "failure";
  }
  if (run.isCancelled) return "cancelled";
  setOutputs(job, { ...job.contexts, steps });
  return failed ? "failure" : "success";
}

/**
 * An output that holds a masked value is not set at all; too much of them fails the job.
 * Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/pass-job-outputs
 */
function setOutputs({ record, text, secrets }: JobInHand, contexts: Contexts): void {
  const outputs = asTexts(at(text.token, "outputs", contexts));
  const masked = Object.values(secrets).filter((secret) => secret !== "");
  for (const [name, value] of Object.entries(outputs)) {
    if (masked.some((secret) => value.includes(secret))) {
      record.log += `Skip output '${name}' since it may contain secret.\n`;
    } else {
      record.outputs[name] = value;
    }
  }
  const bytes = Object.values(record.outputs).reduce((sum, value) => sum + 2 * value.length, 0);
  if (bytes > OUTPUTS_MAX_BYTES) throw new Error(`outputs of ${record.name} are ${bytes} bytes`);
}

interface StepDone {
  readonly conclusion: Conclusion;
  readonly outputs: Record<string, string>;
}

async function runStep(
  job: JobInHand,
  token: TemplateToken,
  contexts: Contexts,
  id: string,
): Promise<StepDone> {
  const { record, run, workspace } = job;
  const env = {
    ...asTexts(at(run.text.root, "env", contexts)),
    ...asTexts(at(job.text.token, "env", contexts)),
    ...asTexts(at(token, "env", contexts)),
  };
  const withEnv = { ...contexts, env };
  const files = stepFiles(run.stage.folder, id);
  const uses = child(token, "uses");
  const given = asTexts(at(token, "with", withEnv));
  let command: readonly [string, ...string[]];
  let inputs: Readonly<Record<string, string>> = {};
  if (uses !== undefined) {
    const used = actionUsed(textOf(valueOf(uses, {})), given, job);
    if (used.kind === "function") return byFunction(record, () => used.run());
    inputs = used.inputs;
    command = [process.execPath, ...used.args];
  } else {
    const script = join(run.stage.folder, `${id}.sh`);
    writeFileSync(script, textOf(at(token, "run", withEnv)));
    // Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax (shell)
    command = ["bash", "-e", script];
  }
  const [program, ...args] = command;
  const asked = Object.entries(inputs).map(([name, text]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    text,
  ]);
  const { child: started, ended } = startProcess(program, args, workspace, {
    ...run.stage.machine(),
    ...variablesOf(run, record, files),
    ...env,
    ...Object.fromEntries(asked),
  });
  record.child = started;
  run.stage.watch?.(record, started);
  const how = await ended;
  record.child = undefined;
  return stepDone(job, how, files);
}

function byFunction(record: JobRecord, work: () => void): StepDone {
  try {
    work();
    return { conclusion: "success", outputs: {} };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    record.log += `##[error]${message}\n`;
    record.annotations.push({ level: "error", title: "", message, file: "", line: "" });
    return { conclusion: "failure", outputs: {} };
  }
}

/** Files that a step writes to. */
export interface StepFiles {
  readonly output: string;
  readonly summary: string;
}

function stepFiles(folder: string, id: string): StepFiles {
  const place = join(folder, "files");
  mkdirSync(place, { recursive: true });
  const files = { output: join(place, `${id}-output`), summary: join(place, `${id}-summary`) };
  for (const file of Object.values(files)) writeFileSync(file, "");
  return files;
}

function stepDone({ record, secrets }: JobInHand, how: Ended, files: StepFiles): StepDone {
  // What a lost runner had in hand is gone with it: no annotation, no output.
  if (record.lost) return { conclusion: "failure", outputs: {} };
  record.log += masked(how.said, secrets);
  record.annotations.push(...annotationsIn(masked(how.said, secrets)));
  const summary = existsSync(files.summary) ? readFileSync(files.summary, "utf8") : "";
  if (Buffer.byteLength(summary) <= SUMMARY_MAX_BYTES) record.summary += masked(summary, secrets);
  const outputs = entriesIn(files.output);
  for (const file of Object.values(files)) rmSync(file, { force: true });
  return { conclusion: how.code === 0 ? "success" : "failure", outputs };
}

/** Secrets are starred out of everything that is shown. */
function masked(said: string, secrets: Readonly<Record<string, string>>): string {
  let text = said;
  for (const secret of Object.values(secrets)) {
    if (secret !== "") text = text.replaceAll(secret, "***");
  }
  return text;
}
