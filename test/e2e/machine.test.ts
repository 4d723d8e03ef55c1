// The machine's own troubles: no room on the disk, clocks that are hours off, bad flow files.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import {
  expectConverges,
  expectRun,
  failure,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  staged,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const HOURS = 3_600_000;

describe("no room on the local disk", () => {
  it("for the spool of hashes: a clear error, no plan; with room it converges", async () => {
    world = await staged();
    const shut = await mkdtemp(join(tmpdir(), "cellarman-shut-"));
    const usual = process.env["TMPDIR"];
    process.env["TMPDIR"] = join(shut, "no-such-folder");
    try {
      const said = await failure(world, "plan");
      expect(said).toMatchObject({ exit: 1, code: "disk" });
      expect(said.hint).toContain("TMPDIR");
      expect(keysOf(world)).toEqual([]);
    } finally {
      if (usual === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = usual;
      await chmod(shut, 0o700);
      await rm(shut, { recursive: true });
    }
    await expectConverges(world);
  });

  it("for the report's file: a clear error", async () => {
    world = await staged();
    const said = await failure(world, "report", "--output", join(world.folder, "no", "report.md"));
    expect(said).toMatchObject({ exit: 1, code: "disk" });
    expect(said.hint).toContain("--output");
  });
});

describe("a clock that is five hours off", () => {
  it.each(["local", "warp10", "store"] as const)(
    "%s: no purge until it is right",
    async (which) => {
      world = await purgeable();
      const before = hotPoints(world);
      world.skewMs[which] = which === "store" ? 10 * 60_000 : 5 * HOURS;
      const said = await world.run("purge");
      expect(hotPoints(world)).toEqual(before);
      expect(keysOf(world, "intents/")).toEqual([]);
      if (which === "local") expect(said.code).toBe(12);
      else expect(said.stdout).toContain("clocks agree");
      world.skewMs[which] = 0;
      await expectConverges(world, before);
    },
  );

  it("against the store: exit 12, and the hint is the clock, not the key", async () => {
    world = await staged();
    world.skewMs.store = 5 * HOURS;
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(said.hint).toContain("clock");
    expect(said.message).toContain("differs by");
  });

  it("of Warp 10 does not stop archiving and verifying", async () => {
    world = await staged();
    world.skewMs.warp10 = 5 * HOURS;
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(keysOf(world, "verified/")).toHaveLength(1);
    expect((await world.run("doctor")).stdout).toContain("BAD   clock of Warp 10");
  });

  it("that jumps back five hours after planning makes no grace shorter", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.skewMs.local = -10 * 60_000;
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "clocks agree" });
    expect(hotPoints(world)).toEqual(before);
  });
});

describe("flow files that are wrong", () => {
  const bad: readonly [what: string, from: string, to: string, says: string][] = [
    ["an unknown key", "version: 1", "version: 1\npurge-all: yes", "purge-all"],
    ["an impossible fence", "max-past: P45D", "max-past: P100D", "max-past"],
    ["a bad regex", "regex: '.*'", "regex: '(.*'", "regex"],
    ["a duplicate key", "version: 1", "version: 1\nversion: 1", "version"],
  ];

  it.each(bad)("%s: exit 2 before anything is asked or written", async (_what, from, to, says) => {
    world = await staged();
    const file = `${world.flows}/world.yaml`;
    await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
    for (const verb of ["plan", "archive", "verify", "purge"]) {
      const said = await world.run(verb);
      expect(said.code).toBe(2);
      expect(said.stderr).toContain(says);
    }
    expect(world.warp10.requests).toEqual([]);
    expect(world.cellar.requests.total).toBe(0);
  });

  it("one bad file among good ones stops everything", async () => {
    world = await staged();
    await writeFile(join(world.flows, "other.yaml"), "version: 1\n");
    expect(await failure(world, "plan")).toMatchObject({ exit: 2, code: "flow-invalid" });
    expect(keysOf(world)).toEqual([]);
  });

  it("two flows that select the same series: refused, naming both", async () => {
    world = await staged();
    await world.writeFlow("twin", "period: { first: 2025-11 }\npurge: { mode: never }");
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 1, code: "blocked" });
    expect(said.message).toContain("world");
    expect(said.message).toContain("twin");
    expect(keysOf(world, "plans/")).toEqual([]);
  });

  it("verbs without what they need: exit 2 with an example", async () => {
    world = await staged();
    for (const argv of [
      ["approve"],
      ["hold", "world"],
      ["lift", "world", "x"],
      ["withdraw", "world", "y"],
      ["replan", "world"],
      ["plan", "none"],
      ["archive", "--shard", "3/2"],
      ["purge", "--gc-wait", "PT1H"],
      ["sweep"],
    ]) {
      expect({ argv, exit: (await world.run(...argv)).code }).toEqual({ argv, exit: 2 });
    }
  });
});
