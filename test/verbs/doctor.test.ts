// doctor: what is weakened and what is wrong, each with what to do; exit codes; and no harm done.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startWarp10 } from "../../sim/warp10/server.ts";
import type { TokenSpec } from "../../sim/warp10/tokens.ts";
import { BUCKET, World, WORLD_TOKENS, worldFlow } from "../../sim/world.ts";
import type { StoreAbilities } from "../../src/cellar/probe.ts";
import { judgeAbilities } from "../../src/verbs/doctor-store.ts";
import { START } from "../support/november.ts";
import { fill, keysOf } from "../support/stage.ts";

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly seen: string;
  readonly advice: string | null;
}

let world: World;
beforeEach(async () => {
  world = await World.start({ startMs: START });
  fill(world, 1, 3);
});
afterEach(async () => world.close());

async function doctor(...argv: string[]): Promise<{ code: number; findings: Finding[] }> {
  const { code, document } = await world.json("doctor", ...argv);
  const { flows } = document as { flows: { findings: Finding[] }[] };
  return { code, findings: flows.flatMap((f) => f.findings) };
}

const notOk = (findings: readonly Finding[]): string[] =>
  findings.filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.check}: ${f.seen}`);

/** Another Warp 10 whose tokens are changed, with a flow `other` that names it. */
async function otherServer(
  change: Partial<Record<keyof typeof WORLD_TOKENS, Partial<TokenSpec>>>,
  hasSeries = true,
): Promise<void> {
  const purge = "purge: { mode: automatic, write-fence: { max-past: P45D } }";
  const rest = `period: { first: 2025-11 }\n${purge}`;
  const entries = Object.entries(WORLD_TOKENS).map(([name, spec]) => {
    const said = name in change ? change[name as keyof typeof WORLD_TOKENS] : {};
    return [name, { ...spec, ...said }];
  });
  const warp10 = await startWarp10({
    tokens: Object.fromEntries(entries),
    unit: "us",
    now: () => world.now(),
  });
  onTestFinished(() => warp10.close());
  const { owner, application } = WORLD_TOKENS.WORLD_DELETE;
  const name = { className: "one", labels: {}, producer: owner, owner, application };
  if (hasSeries) warp10.store.load(name, { timestamps: [1n], longs: Float64Array.of(1) });
  await writeFile(join(world.flows, "other.yaml"), worldFlow({ ...world, warp10 }, rest, "other"));
}

describe("a Warp 10 that says nothing", () => {
  const stalled = async (path: string, after: number) => {
    await world.close();
    world = await World.start({ startMs: START, limits: { hotStallMs: 60, hotDeadlineMs: 700 } });
    fill(world, 1, 3);
    world.warp10.faults.push({ kind: "stall", path, after });
    return doctor("world");
  };

  // Facts, version, the token, three limits: each is a request of its own.
  it.each([0, 1, 2, 3, 4, 5])("fails the check of script %d, and no other waits", async (n) => {
    const { code, findings } = await stalled("/api/v0/exec", n);
    expect(code).toBe(1);
    const bad = findings.filter((f) => f.level === "bad").map((f) => f.seen);
    expect(bad).toContainEqual(expect.stringContaining("the deadline is over (700 ms)"));
    expect(findings.find((f) => f.check === "put reads back")?.level).toBe("ok");
  });

  it("fails the listing", async () => {
    const { findings } = await stalled("/api/v0/find", 0);
    expect(findings.filter((f) => f.level === "bad").map((f) => f.check)).toEqual(["listing"]);
  });
});

describe("a well set-up pair", () => {
  it("is fine but for what this store cannot do, and says so", async () => {
    const { code, findings } = await doctor("world");
    expect(code).toBe(0);
    expect(notOk(findings)).toEqual([
      "weak wrong checksum header: accepted",
      "weak versioning: off",
      "weak bucket key's roles: one key writes data, seals, verified, approved, lifts, purged",
    ]);
    for (const { level, advice } of findings) expect(advice === null).toBe(level === "ok");
    const { stdout } = await world.run("doctor", "world");
    expect(stdout).toContain("3 weakened, 0 bad");
  });

  it("writes nothing but a few bytes under probes/, and with --dry-run nothing", async () => {
    const dry = await doctor("--dry-run");
    expect(keysOf(world)).toEqual([]);
    expect(notOk(dry.findings)).toEqual(["weak store's abilities: not probed: --dry-run"]);
    await doctor();
    expect(keysOf(world).filter((key) => !key.startsWith("probes/"))).toEqual([]);
    expect(world.warp10.counters.updatePoints).toBe(0);
  });
});

describe("tokens", () => {
  it("refused: exit 12; not set: exit 1", async () => {
    world.env.set("READ_TOKEN", "nobody-knows-it");
    expect((await doctor()).code).toBe(12);
    world.env.delete("READ_TOKEN");
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(notOk(findings)).toContain("bad read token: READ_TOKEN is not set");
  });

  it("swapped", async () => {
    world.env.set("READ_TOKEN", "WORLD_DELETE");
    world.env.set("DELETE_TOKEN", "WORLD_READ");
    const { code, findings } = await doctor();
    expect(code).not.toBe(0);
    expect(notOk(findings)).toContain("bad delete token type: READ");
  });

  it("that hide points or producers, that may not delete, that probe nothing", async () => {
    const { attributes } = WORLD_TOKENS.WORLD_READ;
    await otherServer(
      {
        WORLD_READ: {
          attributes: { ...attributes, ".start": "P1D" },
          applications: ["metrics", "x"],
        },
        WORLD_DELETE: { attributes: { ".nodelete": "true" } },
        WORLD_PROBE: { application: "metrics", attributes: { ".maxpast": "1000" } },
      },
      false,
    );
    const { code, findings } = await doctor("other");
    expect(code).toBe(1);
    const found = notOk(findings);
    for (const line of [
      "bad read token attributes: .start=P1D",
      "weak read token applications: metrics, x",
      "bad delete token attributes: .nodelete",
      "bad probe token application: metrics",
      "bad probe token .maxpast: 1000 ms",
      "weak selection: no series",
    ]) {
      expect(found).toContain(line);
    }
  });

  it("of which one shows producers and the other does not", async () => {
    await otherServer({ WORLD_DELETE: { attributes: {} } });
    const { code, findings } = await doctor("other");
    expect(code).toBe(1);
    expect(notOk(findings)).toContain("bad delete token .expose: not set, and in the read token");
  });

  it("without the capability to raise limits: a purge could never count", async () => {
    const { ".expose": expose, ".cap:tokeninfo.attr": tell } = WORLD_TOKENS.WORLD_READ.attributes;
    await otherServer({
      WORLD_READ: { attributes: { ".expose": expose, ".cap:tokeninfo.attr": tell } },
    });
    const { findings } = await doctor("other");
    const limits = findings.filter((f) => f.check.startsWith("limit of"));
    expect(limits.map((f) => f.level)).toEqual(["bad", "bad", "bad"]);
  });
});

describe("server, clocks and store", () => {
  it("a wrong time unit", async () => {
    const text = worldFlow(world, "period: { first: 2025-11 }", "world");
    await writeFile(
      join(world.flows, "world.yaml"),
      text.replace("source:", "source:\n  time-unit: ns"),
    );
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(notOk(findings)).toContain("bad time unit: us, the flow says ns");
  });

  it("a server that is not there does not keep the store from being looked at", async () => {
    await world.warp10.close();
    const { code, findings } = await doctor();
    expect(code).toBe(1);
    expect(findings.find((f) => f.check === "server")?.level).toBe("bad");
    expect(findings.find((f) => f.check === "put reads back")?.level).toBe("ok");
  });

  it("a bucket that is not there is exit 10", async () => {
    const text = worldFlow(world, "period: { first: 2025-11 }", "world");
    await writeFile(join(world.flows, "world.yaml"), text.replace(BUCKET, "no-such-bucket"));
    expect((await doctor()).code).toBe(10);
  });

  it("judges what the store can do", () => {
    const fine: StoreAbilities = {
      conditionalCreate: "yes",
      wrongMd5Refused: "yes",
      wrongPayloadHashRefused: "yes",
      wrongChecksumRefused: "yes",
      anonymousGetRefused: "yes",
      listedAfterPut: "yes",
      readBack: "yes",
      versioning: "on",
      deletingRules: [],
    };
    const levels = (said: Partial<StoreAbilities>): string[] =>
      judgeAbilities({ ...fine, ...said })
        .filter((f) => f.level !== "ok")
        .map((f) => `${f.level} ${f.check}`);
    expect(levels({})).toEqual([]);
    expect(levels({ anonymousGetRefused: "no" })).toEqual(["bad anonymous read"]);
    expect(levels({ deletingRules: ["rule x: Expiration"] })).toEqual(["bad lifecycle rules"]);
    expect(levels({ deletingRules: undefined })).toEqual(["weak lifecycle rules"]);
    expect(levels({ readBack: "no" })).toEqual(["bad put reads back"]);
    expect(levels({ conditionalCreate: "no" })).toEqual(["weak conditional create"]);
    expect(levels({ wrongMd5Refused: "no" })).toEqual(["weak wrong Content-MD5"]);
    expect(levels({ versioning: "suspended" })).toEqual(["weak versioning"]);
  });
});
