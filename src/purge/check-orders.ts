// The gate's checks that read no points: holds, the flow on the default branch now, unit, clocks,
// bounds, the list.
import { readHolds, describeScope, scopesOf, type HoldsRead } from "../cellar/holds.ts";
import { flowDigest, purgeDigest } from "../flow/digest.ts";
import { loadFlow } from "../flow/load.ts";
import { loadPolicy, type Policy, policyBeside } from "../flow/policy.ts";
import { policyBreaches } from "../flow/policy-rules.ts";
import { pathText } from "../flow/problems.ts";
import { addDuration } from "../plan/period.ts";
import { UNITS_PER_MS } from "../warp10/range.ts";
import { type CheckLine, type GateCase, type GatePorts, no, yes } from "./check.ts";

/** No hold on anything that the batch belongs to. Returns what the lifts allow as well. */
export async function checkHolds(
  gate: GateCase,
  ports: GatePorts,
): Promise<{ line: CheckLine; holds: HoldsRead }> {
  const scopes = scopesOf(gate.at, gate.plan.value.server, gate.batch);
  const holds = await readHolds(ports.cold, scopes);
  const first = holds.active[0];
  if (!first) return { line: yes("no hold", "none", "none"), holds };
  const { scope, hold } = first;
  const seen = `${describeScope(scope)}: ${hold.value.reason} (${hold.key})`;
  const next = `cellarman lift ${gate.at.flow} ${hold.key} --reason "..."`;
  return { line: no("wait", "no hold", seen, "none", { next }), holds };
}

/**
 * The flow on the default branch, now, still is the one that the plan was made from and that this
 * gate goes by.
 */
export async function checkFlowNow(gate: GateCase, ports: GatePorts): Promise<CheckLine> {
  const check = "flow on the default branch";
  const digest = purgeDigest(gate.flow);
  const needed = `purge digest ${gate.plan.value.purgeDigest.slice(0, 12)}, mode not never`;
  const changed = await changedMeanwhile(gate, ports);
  if (changed)
    return no("wait", check, changed.seen, needed, changed.next ? { next: changed.next } : {});
  if (gate.flow.purge.mode === "never") return no("wait", check, "purge.mode is never", needed);
  const seen = `purge digest ${digest.slice(0, 12)}, mode ${gate.flow.purge.mode}`;
  if (digest === gate.plan.value.purgeDigest) return yes(check, seen, needed);
  return no("wait", check, `${seen}: the flow was changed`, needed, {
    next: `cellarman replan ${gate.flow.name} ${gate.at.period} --reason "..."`,
  });
}

/**
 * Why the flow that this gate goes by cannot be taken for the default branch's; undefined: it is
 * the same.
 */
async function changedMeanwhile(
  gate: GateCase,
  ports: GatePorts,
): Promise<{ seen: string; next?: string } | undefined> {
  const { forge } = ports;
  if (!forge) {
    const refused = gate.localPolicy && refusal(gate.localPolicy, gate);
    if (refused) return { seen: refused };
    if (gate.flowsAreAuthoritative) return undefined;
    return {
      seen: "the flows have no remote repository",
      next: "give the checkout a remote, or say --flows-are-authoritative by hand",
    };
  }
  const policy = await forge.fileNow(policyBeside(gate.flowFile));
  const refused = policy === undefined ? undefined : refusal(loadPolicy(policy), gate);
  if (refused) return { seen: refused };
  if (gate.flowsAreAuthoritative) return undefined;
  const text = await forge.fileNow(gate.flowFile);
  if (text === undefined) return { seen: `${forge.branch} has no ${gate.flowFile}` };
  const loaded = loadFlow(Buffer.from(text), gate.flowFile);
  if (!("flow" in loaded)) return { seen: `${gate.flowFile} on ${forge.branch} is not valid` };
  const same = flowDigest(loaded.flow) === flowDigest(gate.flow);
  return same ? undefined : { seen: "changed while this ran", next: "run the same command again" };
}

/** Why a policy refuses this purge; undefined: it does not. */
function refusal(policy: Policy, { flow }: GateCase): string | undefined {
  if (policy.holdAll) return "policy: hold: all";
  // The budget is met where the purge list is cut.
  const first = policyBreaches(policy, flow).find(({ rule }) => rule !== "budget");
  return first && `policy: ${pathText(first.path)} ${first.reason}`;
}

/** Unit, clocks, age and bounds. */
export async function checkTime(gate: GateCase, ports: GatePorts): Promise<CheckLine[]> {
  const facts = await ports.hot.facts();
  const storeMs = await ports.cold.nowMs();
  const nowMs = ports.clock.now();
  const { unit } = gate.plan.value;
  const lines = [
    facts.timeUnit === unit
      ? yes("time unit", facts.timeUnit, unit)
      : no("wait", "time unit", facts.timeUnit, unit),
  ];
  const skewMs = Math.max(Math.abs(facts.dateMs - nowMs), Math.abs(storeMs - nowMs));
  const needed = `at most ${gate.limits.clockSkewMs / 1000} s apart`;
  const seen = `${Math.round(skewMs / 1000)} s apart`;
  lines.push(
    skewMs <= gate.limits.clockSkewMs
      ? yes("clocks agree", seen, needed)
      : no("wait", "clocks agree", seen, needed, {
          next: "set the clock of this machine, of Warp 10 or of the store right",
        }),
  );
  return [...lines, checkAge(gate, nowMs), checkBounds(gate, nowMs)];
}

function checkAge(gate: GateCase, nowMs: number): CheckLine {
  const perMs = UNITS_PER_MS[gate.plan.value.unit];
  const endMs = Number((BigInt(gate.plan.value.range.end) + 1n) / perMs);
  const earliestMs = addDuration(endMs, gate.flow.period.keepHot);
  const needed = `closed for keep-hot, until ${new Date(earliestMs).toISOString()}`;
  const seen = new Date(nowMs).toISOString();
  return nowMs >= earliestMs
    ? yes("period is old enough", seen, needed)
    : no("wait", "period is old enough", seen, needed, { earliestMs });
}

const SPAN_DAYS = 32n;
const DAY_MS = 86_400_000n;

/**
 * Both bounds inclusive, within the plan's, at most 32 days, in the past by the ingestion lag
 * (design §3).
 */
function checkBounds(gate: GateCase, nowMs: number): CheckLine {
  const { start, end } = gate.range;
  const plan = gate.batch.range;
  const perMs = UNITS_PER_MS[gate.plan.value.unit];
  const fence = gate.flow.purge.writeFence;
  const lagMs = fence?.kind === "probe" ? fence.lagMs : 0;
  const ok =
    start <= end &&
    start >= BigInt(plan.start) &&
    end <= BigInt(plan.end) &&
    end - start < SPAN_DAYS * DAY_MS * perMs &&
    end < BigInt(nowMs - lagMs) * perMs;
  const seen = `[${start}, ${end}]`;
  const needed = `within [${plan.start}, ${plan.end}], at most 32 days, past by the lag`;
  return ok ? yes("bounds", seen, needed) : no("wait", "bounds", seen, needed);
}

/** The batch is on the purge list that `plan` cut to the budgets. */
export function checkList(gate: GateCase): CheckLine {
  const check = "on the purge list";
  if (gate.onList) return yes(check, "yes", "yes");
  return no("wait", check, "no", "yes", { next: `cellarman plan ${gate.flow.name}` });
}
