// The gate's checks of the flow on the default branch now, the policy, holds and the list (design
// §3, "The gate").
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/flow/policy.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { Flow } from "../../src/flow/flow.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { holdKey } from "../../src/ledger/keys.ts";
import { type GateCase, type GatePorts, yes } from "../../src/purge/check.ts";
import { checkFlowNow, checkHolds, checkList } from "../../src/purge/check-orders.ts";
import { edited, flowOf, GOOD } from "../flow/flows.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";

/** A case whose plan was made from its flow. */
function november(said: Partial<GateCase> = {}): GateCase {
  const base = gateCase();
  const value = { ...base.plan.value, purgeDigest: purgeDigest(said.flow ?? base.flow) };
  return { ...base, plan: { ...base.plan, value }, ...said };
}

/** A default branch with these files. */
function branchOf(files: Readonly<Record<string, string>>): Forge {
  const fileNow = (path: string) => Promise.resolve(files[path]);
  return {
    branch: "main",
    pathInside: (file) => Promise.resolve(file),
    fileAsFetched: fileNow,
    fileNow,
  };
}

const FILE = "flows/metrics.yaml";
const POLICY = "flows/policy.yaml";
const onBranch = (files: Readonly<Record<string, string>>, said: Partial<GateCase> = {}) =>
  checkFlowNow(november(said), { forge: branchOf(files) } as unknown as GatePorts);
const alone = (said: Partial<GateCase> = {}) =>
  checkFlowNow(november(said), { forge: undefined } as unknown as GatePorts);

describe("the flow on the default branch", () => {
  test("that is the one that the plan was made from: yes, with its digest and mode", async () => {
    const line = await onBranch({ [FILE]: GOOD });
    const digest = purgeDigest(flowOf(GOOD)).slice(0, 12);
    expect(line).toEqual(
      yes(
        "flow on the default branch",
        `purge digest ${digest}, mode approve`,
        `purge digest ${digest}, mode not never`,
      ),
    );
  });

  test("written otherwise with the same meaning: yes", async () => {
    expect((await onBranch({ [FILE]: `# a word\n${GOOD}` })).ok).toBe(true);
  });

  test.each<[string, Readonly<Record<string, string>>, string | RegExp, string | undefined]>([
    ["is not there", {}, "main has no flows/metrics.yaml", undefined],
    ["is no flow", { [FILE]: "version: 2" }, /on main is not valid/, undefined],
    [
      "was changed while this ran",
      { [FILE]: edited("max-past: P45D", "max-past: P44D") },
      "changed while this ran",
      "run the same command again",
    ],
  ])("that %s: no", async (_, files, seen, next) => {
    const line = await onBranch(files);
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line.seen).toMatch(seen);
    expect(line.next).toBe(next);
  });

  test("whose selection differs from the plan's: no, and replan is the way", async () => {
    const flow = flowOf(edited("2025-11", "2025-11").replace('".*"', '"cpu"'));
    const base = november();
    const line = await checkFlowNow({ ...base, flow, flowsAreAuthoritative: true }, {
      forge: undefined,
    } as unknown as GatePorts);
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line.seen).toMatch(/: the flow was changed$/);
    expect(line.next).toBe('cellarman replan metrics 2025-11 --reason "..."');
  });

  test("with mode never: no", async () => {
    const flow: Flow = { ...flowOf(GOOD), purge: { ...flowOf(GOOD).purge, mode: "never" } };
    expect(await alone({ flow, flowsAreAuthoritative: true })).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "purge.mode is never",
    });
  });

  test("without a remote: no, unless the flows are said to be authoritative by hand", async () => {
    const line = await alone();
    expect(line).toMatchObject({ ok: false, seen: "the flows have no remote repository" });
    expect(line.next).toMatch(/--flows-are-authoritative/);
    expect((await alone({ flowsAreAuthoritative: true })).ok).toBe(true);
  });

  test("with a remote, authoritative flows are not compared; its policy counts", async () => {
    const said = { flowsAreAuthoritative: true };
    expect((await onBranch({}, said)).ok).toBe(true);
    const held = await onBranch({ [POLICY]: "version: 1\nhold: all\n" }, said);
    expect(held).toMatchObject({ ok: false, outcome: "wait", seen: "policy: hold: all" });
    expect(held.next).toBeUndefined();
  });

  test("beside a policy that holds all: no; beside one that does not: yes", async () => {
    const files = { [FILE]: GOOD, [POLICY]: "version: 1\nhold: all\n" };
    expect(await onBranch(files)).toMatchObject({ ok: false, seen: "policy: hold: all" });
    expect((await onBranch({ ...files, [POLICY]: "version: 1\nhold: none\n" })).ok).toBe(true);
  });

  test("without a remote the local policy holds, whatever is said by hand", async () => {
    const localPolicy = loadPolicy("version: 1\nhold: all\n");
    const line = await alone({ localPolicy, flowsAreAuthoritative: true });
    expect(line).toMatchObject({ ok: false, seen: "policy: hold: all" });
  });
});

describe("orders", () => {
  test("a hold says whose it is, why, and how it is lifted", async () => {
    const cold = memoryCold();
    const gate = november();
    const ports = { cold } as unknown as GatePorts;
    expect((await checkHolds(gate, ports)).line).toEqual(yes("no hold", "none", "none"));
    const key = holdKey({ kind: "flow", flow: gate.at.flow }, 1);
    cold.plant(key, {
      schema: "cellarman/hold/1",
      process: hexId(1),
      by: "person",
      reason: "an audit",
      finding: null,
    });
    expect((await checkHolds(gate, ports)).line).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: `flow f: an audit (${key})`,
      needed: "none",
      next: `cellarman lift f ${key} --reason "..."`,
    });
  });

  test("the purge list names the batch, or plan has to", () => {
    expect(checkList(november())).toEqual(yes("on the purge list", "yes", "yes"));
    expect(checkList(november({ onList: false }))).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "no",
      next: "cellarman plan metrics",
    });
  });
});
