// What runners run: the verbs' own code with the model's ports, one process after the other.
import { indexPeriods, readPeriod } from "../../src/cellar/snapshot.ts";
import { periodOf } from "../../src/plan/period.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { randomId } from "../../src/runtime/random.ts";
import { retrying } from "../../src/runtime/retry.ts";
import { archivePeriod, dueBatches } from "../../src/verbs/archive.ts";
import { limitsOf, openPeriods, ruled } from "../../src/verbs/periods.ts";
import { cutPurgeList } from "../../src/verbs/plan.ts";
import { planPeriod } from "../../src/verbs/plan-period.ts";
import { purgeListed } from "../../src/verbs/purge.ts";
import { reconcileAll } from "../../src/verbs/purge-end.ts";
import type { FlowNow } from "../../src/verbs/purge-ports.ts";
import { flagOption } from "../../src/verbs/verb.ts";
import { dueStatuses, verifyPeriod } from "../../src/verbs/verify.ts";
import type { Mutant } from "./mutant.ts";
import { flowOfText } from "./flow-text.ts";
import { FLOW_FILE as FILE } from "./forge-port.ts";
import { openProcess, type Process } from "./ports.ts";
import { Actor, Killed } from "./scheduler.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, PERIOD } from "./settings.ts";
import type { World } from "./world.ts";

const STEPS = ["plan", "archive", "verify", "purge"] as const;
type Step = (typeof STEPS)[number];

async function plan({ inv, flow, cold, ports }: Process): Promise<string> {
  const index = await indexPeriods(cold, flow.name);
  if (index.some((p) => p.closed)) return "the period is closed";
  const at = { flow: flow.name, period: PERIOD };
  const nowMs = await cold.nowMs();
  let known = ruled(flow, await readPeriod(cold, at), nowMs, limitsOf(inv));
  if (!known) {
    const work = { flow, hot: ports.hot, cold, log: inv.log, process: inv.process };
    const retry = retrying(flow.run.retry, inv.io.clock, () => 0);
    await retry(() => planPeriod(work, periodOf("day", PERIOD)));
    known = ruled(flow, await readPeriod(cold, at), nowMs, limitsOf(inv));
  }
  const list = await cutPurgeList(
    inv,
    { file: FILE, flow },
    cold,
    known ? [known] : [],
    // The policy of a history has no budgets.
    async () => flow.purge.budget,
  );
  return `${known?.ruling.batches.length ?? 0} batches, ${list.entries.length} on the list`;
}

async function archive({ inv, flow, cold, ports }: Process): Promise<string> {
  const said: string[] = [];
  for (const period of await openPeriods(inv, flow, cold)) {
    const batches = dueBatches(inv, period);
    if (batches.length === 0) continue;
    const done = await archivePeriod(
      inv,
      { file: FILE, flow },
      { cold, hot: ports.hot },
      period,
      batches,
    );
    for (const one of done.batches) said.push("failed" in one ? one.failed.message : "sealed");
  }
  return said.join("; ");
}

async function verify({ inv, flow, cold, ports }: Process): Promise<string> {
  const said: string[] = [];
  for (const period of await openPeriods(inv, flow, cold)) {
    const due = dueStatuses(inv, period);
    if (due.length === 0) continue;
    const run = { hot: ports.hot, cold, process: inv.process };
    const done = await verifyPeriod(inv, { file: FILE, flow }, run, period, due);
    for (const { result } of done) {
      said.push("outcome" in result ? result.outcome : result.message);
    }
  }
  return said.join("; ");
}

async function purge(process: Process): Promise<string> {
  const { inv, ports } = process;
  const now = await flowAsOfNow(process);
  if (now.flow.purge.mode === "never") return "purge.mode is never";
  const periods = await openPeriods(inv, now.flow, ports.cold);
  const batches = await purgeListed(inv, now, ports, periods);
  if (typeof batches === "string") return batches;
  const ended = await reconcileAll(inv, now, ports);
  const outcomes = batches.map((b) => `${b.outcome} (${b.note})`);
  const rest = [`${ended.reconciled} reconciled`, `closed ${ended.closed.join()}`];
  return [...outcomes, ...rest].join("; ");
}

/** As the verb does it (src/verbs/purge-ports.ts), but for where the ports come from. */
async function flowAsOfNow({ inv, now }: Process): Promise<FlowNow> {
  if (flagOption(inv.options, "flows-are-authoritative")) return now;
  const text = await now.forge?.fileNow(FILE);
  if (text === undefined) throw new CellarmanError("blocked", `no valid ${FILE}`);
  return { ...now, flow: flowOfText(text) };
}

const VERBS: Readonly<Record<Step, (process: Process) => Promise<string>>> = {
  plan,
  archive,
  verify,
  purge,
};

/** Runs one verb as a process of its own; what it says or throws is part of the story. */
export async function runProcess(
  world: World,
  actor: Actor,
  step: Step,
  mutant: Mutant,
): Promise<string> {
  const life = actor.begin(randomId(), step, world.storeMs());
  world.tell(actor.name, `runs ${step}`);
  const said = await saidBy(() => VERBS[step](openProcess(world, life, mutant)));
  world.tell(actor.name, `${step}: ${said}`);
  actor.end();
  return said;
}

async function saidBy(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof Killed) return "killed";
    if (thrown instanceof CellarmanError) return thrown.message;
    throw thrown;
  }
}

/** A runner that mostly runs what comes next, with time between its steps. */
export function newRunner(world: World, name: string, mutant: Mutant): Actor {
  return new Actor(name, async (self) => {
    let next: Step = world.bucket.objects.size > 0 ? "purge" : "plan";
    for (let i = 0; i < world.conduct.processes && !world.isOver; i++) {
      const drawn = world.chance.fraction(`${name} step ${i}`);
      const step: Step = drawn < 0.9 ? next : world.chance.oneOf(`${name} other ${i}`, STEPS);
      const said = await runProcess(world, self, step, mutant);
      if (world.isOver || (said.includes("is closed") && drawn < 0.8)) return;
      waitBetween(world, `${name} between ${i}`, step, said);
      next = stepAfter(step, said, world.chance.fraction(`${name} next ${i}`));
    }
  });
}

/** What an operator would run next, after what the last step said. */
function stepAfter(step: Step, said: string, drawn: number): Step {
  if (/late|holds? .*points/.test(said)) return "archive";
  if (step === "plan") return / 0 on the list/.test(said) ? "archive" : "purge";
  if (step === "archive") return "verify";
  if (step === "verify") return "plan";
  return drawn < 0.5 ? "purge" : "plan";
}

function waitBetween(world: World, name: string, step: Step, said: string): void {
  const { graceMs } = world.place.flow.purge;
  const drawn = world.chance.fraction(name);
  if (step === "verify" && !/late/.test(said) && drawn < 0.8) {
    return world.pass(graceMs + DAY_MS, "the grace is over");
  }
  if (step === "purge" && drawn < 0.6) return world.pass(HOUR_MS + MINUTE_MS, "an hour passes");
  if (drawn < 0.9) return;
  const ms = world.chance.oneOf(`${name} long`, [MINUTE_MS, HOUR_MS, DAY_MS, 10 * DAY_MS]);
  world.pass(ms, `${ms / MINUTE_MS} minutes pass`);
}
