// Mutants of the gate's and the purge's own text.
import type { HandMutant } from "./mutants.ts";

const GATE = "src/purge/gate.ts";
const VIEW = "src/purge/view.ts";
const SERIES = "src/purge/check-series.ts";
const ORDERS = "src/purge/check-orders.ts";
const DECIDE = "src/purge/decide.ts";
const BATCH = "src/purge/purge-batch.ts";

/** One replacement, and the tests that must notice; none: the model must. */
const mutant = (
  name: string,
  file: string,
  from: string,
  to: string,
  ...tests: string[]
): HandMutant => ({
  name,
  patches: [{ file, from, to }],
  ...(tests.length > 0 ? { tests } : {}),
});

const PROBES = "    this.add(await checkFence(gate, ports));\n";
const JUDGES = "    this.add(judged.line);\n";
const READS_INTENTS = "await readIntents(ports.cold, gate.at, view.seals, gate.batch.parents);";
const VIEWS = "return { seals, standing, approvals: naming.map((a) => a.key), lost, restedOn };";

/** Mutants of what a gate checks, in its order. */
export const GATE_MUTANTS: readonly HandMutant[] = [
  mutant(
    "policy that holds all",
    ORDERS,
    "policy !== undefined && loadPolicy(policy).holdAll",
    "policy === ''",
  ),
  mutant(
    "flow of the default branch now",
    ORDERS,
    "const same = flowDigest(loaded.flow) === flowDigest(gate.flow);",
    "const same = true;",
  ),
  mutant("plan pin", ORDERS, "if (digest === gate.plan.value.purgeDigest)", "if (digest !== '')"),
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
      { file: VIEW, from: VIEWS, to: VIEWS.replace("restedOn }", "restedOn, early: intents }") },
    ],
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

/** Mutants of which seals there are, and which count. */
export const VIEW_MUTANTS: readonly HandMutant[] = [
  mutant(
    "seals that are verified",
    VIEW,
    "if (!(await isVerified(cold, seal)))",
    "if (seal.key === '')",
  ),
  mutant(
    "receipt for exactly these bytes",
    VIEW,
    "    if (receipt?.value.seal.sha256 !== seal.sha256) continue;\n",
    "",
    "test/purge/read-view.test.ts",
  ),
  mutant("seals that are cool", VIEW, "if (nowMs < coolMs)", "if (nowMs < 0)"),
  mutant(
    "approval of exactly this seal",
    VIEW,
    "(q) => q.key === seal.key && q.sha256 === seal.sha256",
    "(q) => q.key === seal.key",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "seals of the plan that rules",
    VIEW,
    "if (seal.value.plan !== gate.plan.sha256)",
    "if (seal.value.plan === '')",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "later seal wins",
    "src/ledger/view.ts",
    "return sawAll(a).has(b);",
    "return false;",
    "test/purge/view.test.ts",
  ),
  mutant(
    "view frozen by its intent",
    "src/ledger/view.ts",
    "      if (onlyAdds(a) !== onlyAdds(b)) return onlyAdds(b);\n",
    "",
    "test/purge/view.test.ts",
  ),
  mutant(
    "what an intent rests on is not withdrawn",
    VIEW,
    "if (withdrawn.has(key) && !restedOn.has(key)) continue;",
    "if (withdrawn.has(key)) continue;",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "a seal that is gone is told",
    VIEW,
    "|| (await isVerifiedSomewhere(cold, gate.at, key))) lost.push(key);",
    "|| (await isVerifiedSomewhere(cold, gate.at, key))) lost.length = 0;",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "seals of retired plans count against",
    VIEW,
    "...restedOn, ...gate.retiredSeals]",
    "...restedOn]",
    "test/purge/read-view.test.ts",
  ),
];

/** Mutants of the delete and of what follows it. */
export const DELETE_MUTANTS: readonly HandMutant[] = [
  mutant(
    "warrant's life",
    "src/purge/warrant.ts",
    "return !(ageMs >= 0 && ageMs < WARRANT_LIFE_MS);",
    "return ageMs !== ageMs;",
  ),
  mutant(
    "warrant used once",
    "src/purge/warrant.ts",
    "    this.#spent = true;\n",
    "",
    "test/purge/warrant.test.ts",
  ),
  mutant(
    "warrant's bounds",
    "src/purge/warrant.ts",
    "  if (problem !== undefined) {",
    "  if (problem === '') {",
    "test/purge/warrant.test.ts",
  ),
  mutant(
    "a hold put while the gate ran",
    BATCH,
    'if (!line.ok) return end({ outcome: "wait", gate: result,',
    'if (!line.check) return end({ outcome: "wait", gate: result,',
  ),
  mutant(
    "intent before the delete",
    BATCH,
    "  await writeIntent(gate, ports, result);\n",
    "",
    "test/purge/purge-batch.test.ts",
  ),
  mutant(
    "answer of the delete",
    "src/purge/weigh-answer.ts",
    "if (lacking.length > 0) {",
    "if (lacking.length < 0) {",
    "test/purge/purge-batch.test.ts",
  ),
  mutant(
    "a revived series is a possible loss",
    "src/purge/weigh-answer.ts",
    "if (await isYoung(gate, ports, series)) continue;",
    "continue;",
    "test/purge/purge-batch.test.ts",
  ),
  mutant(
    "recount",
    "src/purge/recount.ts",
    'return points === 0n ? { outcome: "zero" } : { outcome: "left", points };',
    'return { outcome: "zero" };',
    "test/purge/recount.test.ts",
  ),
  mutant(
    "a recount without an answer is not zero",
    "src/purge/recount.ts",
    'return { outcome: "no-answer", reason: asCellarmanError(thrown).message };',
    'return { outcome: "zero", reason: asCellarmanError(thrown).message };',
    "test/purge/recount.test.ts",
  ),
  mutant(
    "a stalled recount stops the server",
    "src/verbs/purge.ts",
    "if (stalled && !(await recountsAgain(gate, ports))) {",
    "if (stalled?.batch === '') {",
    "test/e2e/delete.test.ts",
  ),
  mutant(
    "no answer is no refusal",
    "src/purge/delete.ts",
    'outcome: isRefusal(thrown) ? "refused" : "no-answer"',
    'outcome: "refused"',
    "test/purge/delete.test.ts",
  ),
];
