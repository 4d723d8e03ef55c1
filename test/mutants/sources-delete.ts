// Mutants of the text of the view, of the delete and of what follows it.
import { type HandMutant, mutant } from "./hand.ts";

const VIEW = "src/purge/view.ts";
const BATCH = "src/purge/purge-batch.ts";

/** Mutants of which seals there are, and which count. */
export const VIEW_MUTANTS: readonly HandMutant[] = [
  mutant(
    "seals that are verified",
    VIEW,
    '  if (!receipt) return lacks("not verified by another process");\n',
    "",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "receipt for exactly these bytes",
    VIEW,
    "    if (receipt?.value.seal.sha256 !== seal.sha256) continue;\n",
    "",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "seals that are cool",
    VIEW,
    "if (nowMs < coolMs)",
    "if (nowMs < 0)",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "approval of exactly this seal",
    "src/purge/approval/in-force.ts",
    "(q) => q.key === seal.key && q.sha256 === seal.sha256",
    "(q) => q.key === seal.key",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "seals of the plan that rules",
    VIEW,
    "const isRuling = seal.value.plan === gate.plan.sha256;",
    "const isRuling = seal.value.plan !== '';",
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
    "      if (aAdds !== bAdds) return bAdds;\n",
    "",
    "test/purge/view.test.ts",
  ),
  mutant(
    "an intent that came too late freezes nothing",
    VIEW,
    "lastModifiedMs - value.readBeganMs <= INTENT_IN_TIME_MS,",
    "lastModifiedMs - value.readBeganMs < Infinity,",
    "test/purge/view.test.ts",
  ),
  mutant(
    "no purge of a disjoint batch freezes",
    "src/ledger/view.ts",
    "  return mayShare(intent, seal);",
    "  return true;",
    "test/purge/view.test.ts",
  ),
  mutant(
    "approvals expire",
    "src/purge/approval/in-force.ts",
    "nowMs - approval.atMs <= gate.limits.approvalMs;",
    "nowMs >= 0;",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "markers",
    VIEW,
    "    for (const marker of markers) keys.add(marker.value.seal);\n",
    "",
    "test/purge/read-view.test.ts",
  ),
  mutant(
    "view over the period",
    VIEW,
    "if (own.includes(batch) || !sameFamily(batch, gate.at.batch)) keys.add(key);",
    "if (own.includes(batch)) keys.add(key);",
    "test/purge/read-view.test.ts",
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
    "test/purge/warrant.test.ts",
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
    "return line.ok ? undefined :",
    "return line.check ? undefined :",
    "test/purge/purge-batch.test.ts",
  ),
  mutant(
    "intent before the delete",
    BATCH,
    "  await writeIntent(gate, ports.cold, view, warrant);\n",
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
    "no retry of a delete",
    "src/purge/delete.ts",
    'return { outcome: isRefusal(thrown) ? "refused" : "no-answer", reason };',
    "for await (const one of parseListing(ask(wire, question, unstalled), wire.base)) " +
      'series.push(one); return { outcome: "complete", series };',
    "test/purge/delete.test.ts",
  ),
  mutant(
    "no answer is no refusal",
    "src/purge/delete.ts",
    'outcome: isRefusal(thrown) ? "refused" : "no-answer"',
    'outcome: "refused"',
    "test/purge/delete.test.ts",
  ),
];
