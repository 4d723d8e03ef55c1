// What must be caught of HFiles: thin tokens, other files of the same size, values that changed.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import { HFILE_TOKENS, type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import {
  expectRun,
  failure,
  fill,
  GRACE_OVER,
  keysOf,
  purgeSays,
  recordOf,
} from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

const EVERY_FILE = /\.hfile$/;
const REST = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
  "run: { retry: { interval: PT1S, max-attempts: 3 } }",
].join("\n");

describe("what must be caught", () => {
  it("a token that thins the dump, told by its attributes", async () => {
    const { WORLD_READ } = HFILE_TOKENS;
    const thin = { ...WORLD_READ, attributes: { ...WORLD_READ.attributes, ".count": "5" } };
    stage = await startHfileWorld({
      rest: REST,
      warp10: { tokens: { ...HFILE_TOKENS, WORLD_READ: thin } },
    });
    const { world } = stage;
    fill(world);
    await expectRun(world, 0, "plan");
    const said = await world.run("archive");
    expect(said).toMatchObject({ code: 3 });
    expect(said.stdout).toContain("the read token hides points: .count=5");
    expect(keysOf(world, "seals/")).toEqual([]);
  });

  it("a token that thins the dump and does not tell: nothing is purged", async () => {
    const { WORLD_READ } = HFILE_TOKENS;
    const { ".cap:tokeninfo.attr": _, ...silent } = WORLD_READ.attributes;
    const thin = { ...WORLD_READ, attributes: { ...silent, ".count": "5" } };
    stage = await startHfileWorld({
      rest: REST,
      warp10: { tokens: { ...HFILE_TOKENS, WORLD_READ: thin } },
    });
    const { world } = stage;
    fill(world);
    const hot = world.hotPoints;
    for (const step of ["plan", "archive", "verify"]) await world.run(step);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    const { failed } = await purgeSays(world);
    expect(failed).toBe("read token shows every point");
    expect(world.hotPoints).toBe(hot);
  });

  it("another file of the same size, handed over in the file's place", async () => {
    stage = await startHfileWorld({
      rest: REST,
      hfiles: { serve: true },
      handOver: () => "hand-over: http, url: http://127.0.0.1:1/hfiles",
    });
    const { world } = stage;
    await replaceUrl();
    fill(world);
    world.warp10.faults.push({ kind: "wrongBytes", path: /\.hfile$/, after: 2, times: Infinity });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(world.warp10.faults.struck.length).toBeGreaterThan(0);
    const { code, stdout } = await world.run("verify");
    expect({ code, stdout }).toMatchObject({ code: 4 });
    expect(keysOf(world, "verified/")).toEqual([]);
  });

  it("another file of the same size in the store: nothing is purged until it is gone", async () => {
    stage = await startHfileWorld({ rest: REST });
    const { world, served } = stage;
    fill(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    const [folder = ""] = readdirSync(served);
    const [file = ""] = readdirSync(join(served, folder)).filter((name) => EVERY_FILE.test(name));
    const path = join(served, folder, file);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.alloc(bytes.length, 7));
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    const hot = world.hotPoints;
    const { outcome, note } = await purgeSays(world);
    expect({ outcome, note }).toMatchObject({ outcome: "retry" });
    expect(note).toContain("is not the bucket's");
    expect(world.hotPoints).toBe(hot);
    writeFileSync(path, bytes);
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
  });

  it("a flow without a store: verified as far as that goes, never purged", async () => {
    stage = await startHfileWorld({ rest: REST, store: null });
    const { world } = stage;
    fill(world);
    const hot = world.hotPoints;
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    const [receipt = ""] = keysOf(world, "verified/");
    expect(recordOf(world, receipt)).toMatchObject({ proof: "dump-digest" });
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    const { failed, note } = await purgeSays(world);
    expect(failed).toBe("archive can be read back");
    expect(note).toContain("dump-digest");
    expect(world.hotPoints).toBe(hot);
  });

  it("a dry run dumps nothing", async () => {
    stage = await startHfileWorld({ rest: REST });
    const { world } = stage;
    fill(world);
    await expectRun(world, 0, "plan");
    const { code } = await failure(world, "archive", "--dry-run");
    expect(code).toBe("usage");
    expect(stage.dumped()).toEqual([]);
  });
});

/** The stand-in's address is known only when it runs. */
async function replaceUrl(): Promise<void> {
  const { world } = stage;
  const path = join(world.flows, "world.yaml");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("http://127.0.0.1:1", world.warp10.url));
}

describe("hand-over http", () => {
  it("cut on its way: asked for again from where it stopped", async () => {
    stage = await startHfileWorld({
      rest: REST,
      hfiles: { serve: true },
      handOver: () => "hand-over: http, url: http://127.0.0.1:1/hfiles",
    });
    const { world } = stage;
    await replaceUrl();
    fill(world);
    world.warp10.faults.push({ kind: "cut", path: /^\/hfiles\//, after: 6, times: 3 });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(keysOf(world, "generations/")).toHaveLength(1);
    await expectRun(world, 0, "verify");
  });
});

describe("a value rewritten after the dump", () => {
  it("is found point by point through HFFETCH", async () => {
    stage = await startHfileWorld({ rest: REST });
    const { world } = stage;
    fill(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    const at = { timestamps: [NOVEMBER_US + 3n * MINUTE_US], longs: Float64Array.of(-7) };
    world.load("cpu.load", { host: "h1" }, at);
    await expectRun(world, 0, "plan");
    const { outcome, note } = await purgeSays(world);
    expect(outcome).toBe("late");
    expect(note).toContain("hot 1761955380000000 = -7");
  });
});

describe("a point written between dump and recount", () => {
  it("is late, not a wrong archive: what the file holds is what counts", async () => {
    let chunks = 0;
    stage = await startHfileWorld({
      rest: REST,
      warp10: { shm: false },
      hfiles: {
        chunkPoints: 5,
        pace: async () => {
          // The first series is in the file already.
          if (++chunks === 8) stage.world.load("cpu.load", { host: "h0" }, late);
        },
      },
    });
    const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(424_242) };
    const { world } = stage;
    fill(world);
    world.warp10.hfiles?.faults.push({ kind: "cutConnection", path: EVERY_FILE });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    const { stdout } = await expectRun(world, 0, "verify");
    expect(stdout).toContain("1 late");
    expect(keysOf(world, "holds/")).toEqual([]);
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });
});

describe("a store that is named later", () => {
  it("has seals verified again that only a dump's digest spoke for", async () => {
    stage = await startHfileWorld({ rest: REST, store: null });
    const { world, dumps, served } = stage;
    fill(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    const named = "name: archive, read-token: { env: HFILES_TOKEN }";
    const store = `store: { ${named}, directory: ${served} }`;
    const place = `hand-over: directory, directory: ${dumps}`;
    await world.writeFlow("world", `export: { format: hfile, ${place}, ${store} }\n${REST}`);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "status", "world")).stdout).toContain("1 archived");
    await expectRun(world, 0, "verify");
    expect(keysOf(world, "verified/")).toHaveLength(2);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
  });
});

describe("a flow that changes its format", () => {
  it("holds Parquet and HFile seals of one batch in one view", async () => {
    stage = await startHfileWorld({ rest: REST });
    const { world } = stage;
    fill(world);
    const hfile = readFileSync(join(world.flows, "world.yaml"), "utf8");
    await world.writeFlow("world", REST);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(1) };
    world.load("cpu.load", { host: "h0" }, late);
    world.moveClock(GRACE_OVER);
    for (const step of ["plan", "purge"]) await world.run(step);
    writeFileSync(join(world.flows, "world.yaml"), hfile);
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    expect(keysOf(world, "seals/")).toHaveLength(2);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });
});
