// plan --legs, and the legs that it wrote down.
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { World } from "../../sim/world.ts";
import { DAY, fillNovember, START } from "../support/november.ts";

let world: World;
afterEach(async () => world.close());

const matrix = z.object({
  include: z.array(
    z.strictObject({
      leg: z.string(),
      runners: z.array(z.string()),
      environment: z.string(),
      minutes: z.number(),
    }),
  ),
});
const planned = z.object({
  plan: z.string().regex(/^[0-9a-f]{32}$/),
  matrices: z.object({ archive: matrix, verify: matrix, purge: matrix, reviewed: matrix }),
  review: z.array(z.object({ flow: z.string(), period: z.string(), digest: z.string() })),
  elsewhere: z.array(z.object({ flow: z.string(), batches: z.number(), since: z.string() })),
  broken: z.array(z.object({ flow: z.string(), message: z.string() })),
});

async function plan(...argv: string[]): Promise<z.infer<typeof planned> & { code: number }> {
  const { code, document } = await world.json("plan", "--legs", ...argv);
  return { code, ...planned.parse(document) };
}

const PURGE = "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }";
const SLICED = "batches: { slice: P10D }\nrun: { shards: 2 }";
const flow = (...rest: string[]): string => ["period: { first: 2025-11 }", ...rest].join("\n");

describe("legs", () => {
  it("take a month to its end, each its own batches", async () => {
    world = await World.start({ startMs: START, flow: flow(SLICED, PURGE) });
    fillNovember(world);
    const first = await plan();
    expect(first.matrices.archive.include).toEqual([
      { leg: "world-1", runners: ["ubuntu-24.04"], environment: "cellarman-archive", minutes: 359 },
      { leg: "world-2", runners: ["ubuntu-24.04"], environment: "cellarman-archive", minutes: 359 },
    ]);
    expect(first.matrices.verify.include.map((e) => e.environment)).toEqual(
      Array(2).fill("cellarman-verify"),
    );
    expect(first.matrices.purge.include).toEqual([]);
    const legs = ["world-1", "world-2"].map((leg) => `${first.plan}/${leg}`);
    for (const leg of legs) {
      expect(await world.run("archive", "--leg", leg)).toMatchObject({ code: 0 });
      const again = await world.run("archive", "--leg", leg);
      expect(again.stdout).toMatch(/Nothing to archive\.\n\d batch(es)? needed no archiving\./);
    }
    for (const leg of legs) expect((await world.run("verify", "--leg", leg)).code).toBe(0);
    world.moveClock(16 * DAY);
    let rounds = 0;
    for (; rounds < 6 && world.hotPoints > 0; rounds++) {
      const next = await plan();
      for (const { leg } of next.matrices.purge.include) {
        expect((await world.run("purge", "--leg", `${next.plan}/${leg}`)).code).toBe(0);
      }
    }
    expect(world.hotPoints).toBe(0);
    world.moveClock(DAY);
    const last = await plan();
    for (const { leg } of last.matrices.purge.include) {
      await world.run("purge", "--leg", `${last.plan}/${leg}`);
    }
    const closing = await plan();
    for (const { leg } of closing.matrices.purge.include) {
      await world.run("purge", "--leg", `${closing.plan}/${leg}`);
    }
    expect((await world.run("plan")).stdout).toContain("nothing is due");
  });

  it("leave what time does not allow to the next run", async () => {
    const sequential = "batches: { slice: P1D }\nrun: { order: sequential }";
    world = await World.start({ startMs: START, flow: flow(sequential, PURGE) });
    fillNovember(world, 1);
    const { plan: id } = await plan();
    const hurrying = setInterval(() => world.moveClock(60_000), 5);
    const said = await world.run("archive", "--leg", `${id}/world-1`, "--deadline", "PT10M");
    clearInterval(hurrying);
    expect(said).toMatchObject({ code: 0 });
    const [, left = ""] =
      /(\d+) batches left to the next run: time is over/.exec(said.stdout) ?? [];
    expect(Number(left)).toBeGreaterThan(0);
    const { document } = await world.json("archive", "--leg", `${id}/world-1`);
    expect(document).toMatchObject({ flows: [{ batches: Array(Number(left)).fill({}) }] });
    expect((await plan()).matrices.archive.include).toEqual([]);
  });

  it("keep deletes back while a leg of the same run is not done", async () => {
    world = await World.start({ startMs: START, flow: flow(PURGE) });
    const points = fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await world.run(step);
    world.moveClock(31 * DAY);
    const { plan: id, matrices } = await plan();
    expect(matrices.archive.include).toHaveLength(1);
    expect(matrices.purge.include).toHaveLength(1);
    const early = await world.run("purge", "--leg", `${id}/world-1`);
    expect(early).toMatchObject({ code: 0 });
    expect(early.stdout).toContain("not archived and verified yet");
    expect(world.hotPoints).toBe(points);
    for (const step of ["archive", "verify"]) await world.run(step, "--leg", `${id}/world-1`);
    expect((await world.run("purge", "--leg", `${id}/world-1`)).stdout).toContain("1 of 1 batches");
    expect(world.hotPoints).toBe(0);
  });

  it("have no purge where it would share the archive's machines, and say what waits", async () => {
    const run = "run: { runners: [self-hosted, warp10] }";
    world = await World.start({ startMs: START, flow: flow(run, PURGE) });
    fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await world.run(step);
    world.moveClock(16 * DAY);
    const { matrices, elsewhere } = await plan();
    expect(matrices.purge.include).toEqual([]);
    expect(elsewhere).toMatchObject([{ flow: "world", batches: 1 }]);
    expect((await world.run("plan", "--legs")).stdout).toContain(
      "1 batch waits for `cellarman purge`, oldest since 2026-03-19",
    );
    expect((await plan("--steps", "archive,verify")).elsewhere).toHaveLength(1);
  });

  it("offer a reviewer exactly what may be approved, in legs of its own", async () => {
    const reviewed = PURGE.replace("automatic", "approve, approve-by: environment");
    world = await World.start({ startMs: START, flow: flow(reviewed) });
    fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await world.run(step);
    world.moveClock(16 * DAY);
    const { plan: id, matrices, review } = await plan();
    expect(matrices.purge.include).toEqual([]);
    expect(matrices.reviewed.include.map((e) => e.leg)).toEqual(["world-r1"]);
    expect(review).toMatchObject([{ flow: "world", period: "2025-11" }]);
    // The next morning the same is not asked again; a person may ask for it.
    const next = await plan();
    expect([next.review, next.matrices.reviewed.include]).toEqual([[], []]);
    expect((await plan("--steps", "purge")).review).toEqual(review);
    world.moveClock(8 * DAY);
    expect((await plan()).review).toEqual(review);
    await world.run("purge", "--leg", `${id}/world-r1`);
    expect(world.hotPoints).toBeGreaterThan(0);
    const digest = review[0]?.digest ?? "";
    // What reviewers are asked by is no word of the command line: the workflow suite says yes.
    const byHand = await world.run("approve", "world", "2025-11", "--digest", digest);
    expect([byHand.code, byHand.stderr]).toEqual([1, expect.stringContaining("the reviewers of")]);
    await world.run("purge", "--leg", `${id}/world-r1`);
    expect(world.hotPoints).toBeGreaterThan(0);
  });

  it("go on without a flow that is broken, and say so", async () => {
    world = await World.start({ startMs: START });
    fillNovember(world);
    await world.writeFlow("other", "period: { first: nonsense }");
    const { code, broken, plan: id, matrices } = await plan();
    expect([code, broken.length, matrices.archive.include.length]).toEqual([3, 1, 1]);
    expect(broken[0]?.message).toContain("nonsense");
    expect((await world.run("archive", "--leg", `${id}/world-1`)).code).toBe(0);
  });

  it("are refused by another name, another run or another form", async () => {
    world = await World.start({ startMs: START });
    fillNovember(world);
    const { plan: id } = await plan();
    expect((await world.run("archive", "--leg", `${id}/world-9`)).code).toBe(1);
    expect((await world.run("archive", "--leg", `${"0".repeat(32)}/world-1`)).code).toBe(1);
    expect((await world.run("archive", "--leg", "world-1")).code).toBe(2);
    expect((await world.run("archive", "--leg", `${id}/nobody-1`)).code).toBe(2);
  });

  it("are told, not written, in a dry run", async () => {
    world = await World.start({ startMs: START });
    fillNovember(world);
    const { plan: id } = await plan("--dry-run");
    const keys = [...world.cellar.objects("metrics-cold").keys()];
    expect(keys).toEqual([]);
    expect((await world.run("archive", "--leg", `${id}/world-1`)).code).toBe(1);
  });
});
