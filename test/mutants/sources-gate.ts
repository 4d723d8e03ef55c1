// Mutants of the gate's own text.
import { type HandMutant, mutant } from "./hand.ts";

const GATE = "src/purge/gate.ts";
const VIEW = "src/purge/view.ts";
const SERIES = "src/purge/check-series.ts";
const ORDERS = "src/purge/check-orders.ts";
const DECIDE = "src/purge/decide.ts";

const PROBES = "    this.add(await checkFence(gate, ports));\n";
const JUDGES = "    this.add(judged.line);\n";
const READS_INTENTS = "await readIntents(ports.cold, gate.at, view.seals, gate.batch.parents);";
const VIEWS = "    restedOn,\n  };";

const FENCE = "src/purge/check-fence.ts";

/** Mutants of what a gate checks, in its order. */
export const GATE_MUTANTS: readonly HandMutant[] = [
  mutant(
    "what the last dry run has more is readable",
    GATE,
    "const hidden = [...again.series.keys()].find((id) => !r.has(id) && !readable.has(id));",
    "const hidden = undefined as string | undefined;",
    "test/purge/gate-last.test.ts",
  ),
  mutant(
    "last dry run",
    GATE,
    "const again = await collectSeries(ports.dryRunner.dryRun(gate.batch.selector, gate.range));",
    "const again = { series: d, alike: undefined as string | undefined };",
    "test/purge/gate-last.test.ts",
  ),
  mutant(
    "the last dry run may be cut",
    GATE,
    "new Map([...readable, ...again.series])",
    "again.series",
    "test/purge/gate-last.test.ts",
  ),
  mutant(
    "the fence's clocks agree now",
    FENCE,
    "if (!isAlike(gate, nowMs, ports.clock.now())) {",
    "if (!isAlike(gate, nowMs, nowMs)) {",
    "test/purge/check-fence-clocks.test.ts",
  ),
  mutant(
    "a probe is dated alike by both clocks",
    FENCE,
    "if (isAlike(gate, probe.lastModifiedMs, probe.value.clockMs)) times",
    "times",
    "test/purge/check-fence-clocks.test.ts",
  ),
  mutant(
    "policy that holds all",
    ORDERS,
    "policy === undefined ? undefined : refusal(loadPolicy(policy), gate)",
    "policy === '' ? refusal(loadPolicy(policy), gate) : undefined",
  ),
  mutant(
    "flow of the default branch now",
    ORDERS,
    "const same = flowDigest(loaded.flow) === flowDigest(gate.flow);",
    "const same = true;",
    "test/purge/check-orders-flow.test.ts",
  ),
  mutant(
    "hot read soon after the fence's probes",
    GATE,
    "    if (lapsed) this.add(lapsed);\n",
    "",
    "test/purge/gate-stands-still.test.ts",
  ),
  mutant(
    "plan pin",
    ORDERS,
    "if (digest === gate.plan.value.purgeDigest)",
    "if (digest !== '')",
    "test/purge/check-orders-flow.test.ts",
  ),
  mutant(
    "unit of the server",
    ORDERS,
    "facts.timeUnit === unit",
    "facts.timeUnit !== undefined",
    "test/purge/check-orders.test.ts",
  ),
  mutant(
    "clocks agree, in the gate",
    ORDERS,
    "skewMs <= gate.limits.clockSkewMs",
    "skewMs <= Infinity",
    "test/purge/check-orders.test.ts",
  ),
  mutant(
    "keep-hot",
    ORDERS,
    "return nowMs >= earliestMs",
    "return nowMs >= 0",
    "test/purge/check-orders.test.ts",
  ),
  mutant(
    "bounds within the plan's",
    ORDERS,
    "    start >= BigInt(plan.start) &&\n    end <= BigInt(plan.end) &&\n",
    "",
    "test/purge/check-orders.test.ts",
  ),
  mutant(
    "range in the past by the lag",
    ORDERS,
    "    end < BigInt(nowMs - lagMs) * perMs;",
    "    end < BigInt(nowMs) * perMs;",
    "test/purge/check-orders.test.ts",
  ),
  mutant(
    "read token that shows every point",
    GATE,
    "    this.add(await checkReadToken(ports));\n",
    "",
    "test/purge/gate.test.ts",
  ),
  {
    name: "fence probed before the reads",
    patches: [
      { file: GATE, from: PROBES, to: "" },
      { file: GATE, from: JUDGES, to: JUDGES + PROBES },
    ],
    tests: ["test/purge/gate.test.ts"],
  },
  mutant(
    "archive read back at the gate",
    "src/purge/check-contents.ts",
    "      if (!isWrong(error)) throw error;\n",
    "      if (isWrong(error)) continue;\n",
    "test/purge/check-contents.test.ts",
  ),
  mutant(
    "series of the delete are readable",
    SERIES,
    "if (hidden) {",
    "if (hidden === '') {",
    "test/purge/check-series.test.ts",
  ),
  mutant(
    "series of the sealed lists still listed",
    SERIES,
    "if (missing) {",
    "if (missing === '') {",
    "test/purge/check-series.test.ts",
  ),
  mutant(
    "series that print alike",
    SERIES,
    "const alike = d.alike ?? r.alike;",
    "const alike = undefined;",
    "test/purge/check-series.test.ts",
  ),
  mutant(
    "second read as whole as the first",
    "src/verify/diff-points.ts",
    "    assertSame(totals, totalsOf(digests.finish()).totals, portion);\n",
    "",
    "test/protocol/second-read.test.ts",
  ),
  {
    name: "intents looked up after the hot read",
    patches: [
      { file: "src/purge/check-contents.ts", from: READS_INTENTS, to: "view.early;" },
      { file: VIEW, from: VIEWS, to: VIEWS.replace("}", "  early: intents,\n  }") },
    ],
    tests: ["test/purge/check-contents.test.ts"],
  },
  mutant(
    "what hot lacks is a quarantine",
    DECIDE,
    "if (lacking.size === 0 || input.intentOnRecord)",
    "if (lacking.size >= 0)",
    "test/purge/decide.test.ts",
  ),
  mutant(
    "a lift passes over its own finding alone",
    DECIDE,
    "input.liftedFindings.has(finding)",
    "input.liftedFindings.size > 0",
    "test/purge/decide.test.ts",
  ),
  mutant(
    "non-vacuity",
    DECIDE,
    "if (input.archivedPoints > 0n) return undefined;",
    "return undefined;",
    "test/purge/decide.test.ts",
  ),
  mutant(
    "each point held by a seal that counts",
    DECIDE,
    "if (unmet.length === 0)",
    "if (unmet.length >= 0)",
  ),
];
