// The delete's answer after a gate that passed: what it has more than the last dry run is read over
// all time (design §3, "The delete and after").
import { beforeEach, describe, expect, test } from "vitest";
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Point } from "../../src/archive/points.ts";
import { putHold, readHolds } from "../../src/cellar/holds.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { DeleteAnswer, Deleter } from "../../src/purge/delete.ts";
import { purgeBatch, type PurgePorts } from "../../src/purge/purge-batch.ts";
import { serverScope } from "../../src/purge/recount.ts";
import type { Warrant } from "../../src/purge/warrant.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { verifyBatch } from "../../src/verify/verify.ts";
import type { Hot } from "../../src/warp10/hot.ts";
import type { ListedSeries } from "../../src/warp10/series.ts";
import { identityOf } from "../../src/warp10/series.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";
import { listing, series } from "./series.ts";

const NOW_MS = 400 * DAY_MS;
const point = (at: number): Point => ({ timestamp: BigInt(at), value: 1n });

/** A case in automatic mode with an accepted fence: all that is left is the data. */
function openCase() {
  const base = gateCase({ flowsAreAuthoritative: true });
  const writeFence = { kind: "accept-risk", reason: "a test" } as const;
  const flow = {
    ...base.flow,
    purge: { ...base.flow.purge, mode: "automatic" as const, writeFence },
  };
  const value = { ...base.plan.value, unit: "ms" as const, purgeDigest: purgeDigest(flow) };
  return { ...base, flow, plan: { ...base.plan, value } };
}

let held: Held = [];
let cold: MemoryCold = memoryCold();
/** What the delete answers beside what it was expected to touch, and what it does meanwhile. */
let onDelete: (answer: ListedSeries[]) => DeleteAnswer = (all) => ({
  outcome: "complete",
  series: all,
});

function ports(): PurgePorts {
  const hot: Hot = {
    ...fakeHot(held),
    facts: () => Promise.resolve({ timeUnit: "ms", dateMs: NOW_MS }),
  };
  const deleter: Deleter = {
    dryRun: () => listing(...held.map((h) => h.series)),
    remove(warrant: Warrant, nowMs: number) {
      const { range, expectedSeries } = warrant.spend(nowMs);
      for (const one of held) {
        if (!expectedSeries.has(identityOf(one.series))) continue;
        one.points = one.points.filter((p) => p.timestamp < range.start || p.timestamp > range.end);
      }
      return Promise.resolve(onDelete(held.map((h) => h.series)));
    },
    close: () => Promise.resolve(),
  };
  let sleptMs = 0;
  const sleep = (ms: number): Promise<void> => Promise.resolve(void (sleptMs += ms));
  const clock = { now: () => NOW_MS + sleptMs, sleep };
  const prober = undefined;
  return {
    hot,
    cold,
    deleter,
    dryRunner: deleter,
    prober,
    forge: undefined,
    clock,
    log: silentLog,
  };
}

const purge = () => purgeBatch(openCase(), ports());
const rolesIn = (): string[] => [...cold.objects.keys()].map((key) => key.split("/")[0] ?? "");
const serverHolds = async (): Promise<string[]> => {
  const scope = serverScope(openCase().plan.value.server);
  return (await readHolds(cold, [scope])).active.map((a) => a.hold.value.reason);
};
const receipt = () => {
  const key = [...cold.objects.keys()].find((k) => k.startsWith("purged/")) ?? "";
  return JSON.parse(Buffer.from(cold.objects.get(key)?.bytes ?? "{}").toString());
};

beforeEach(async () => {
  held = [{ series: series("a"), points: [point(1), point(2)] }];
  cold = memoryCold(NOW_MS - 30 * DAY_MS);
  onDelete = (all) => ({ outcome: "complete", series: all });
  const { plan, batch, at } = openCase();
  const hot = fakeHot(held);
  const run = { hot, cold, exporter: parquetExporter, plan, process: hexId(1), signal: undefined };
  const { seal } = await archiveBatch(
    { ...run, knownSeals: () => [], otherIntents: () => [] },
    batch,
  );
  await verifyBatch({ hot, cold, process: hexId(2) }, at, batch, seal);
  cold.clockMs = NOW_MS;
});

describe("a batch that the gate lets through", () => {
  test("is deleted once and recounted: first an intent, then a receipt", async () => {
    expect(await purge()).toMatchObject({ outcome: "purged", points: 2n });
    expect(held.flatMap((h) => h.points)).toEqual([]);
    expect(rolesIn().indexOf("intents")).toBeLessThan(rolesIn().indexOf("purged"));
    expect(receipt()).toMatchObject({ points: "2", intents: 1, registeredMeanwhile: [] });
  });

  test("in a dry run is not deleted, and nothing is written", async () => {
    const before = cold.objects.size;
    const said = await purgeBatch({ ...openCase(), dryRun: true }, ports());
    expect(said).toMatchObject({ outcome: "go" });
    expect([held.flatMap((h) => h.points).length, cold.objects.size]).toEqual([2, before]);
  });

  test("is not deleted when a hold was put while the gate ran", async () => {
    const { at } = openCase();
    const put = () =>
      putHold(
        cold,
        { kind: "batch", ...at },
        { process: hexId(5), by: "person", reason: "stop", finding: null },
      );
    const bare = ports();
    let dryRuns = 0;
    const dryRun: Deleter["dryRun"] = async function* (...asked) {
      // Long after the gate looked for holds.
      if (++dryRuns === 2) await put();
      yield* bare.deleter.dryRun(...asked);
    };
    const meanwhile = { ...bare, dryRunner: { dryRun } };
    expect(await purgeBatch(openCase(), meanwhile)).toMatchObject({
      outcome: "wait",
      note: expect.stringMatching(/^no hold: batch .*: stop /),
    });
    expect(held.flatMap((h) => h.points)).toHaveLength(2);
    expect(rolesIn()).not.toContain("intents");
  });

  test("stays purging when the delete is refused, and converges with the next run", async () => {
    onDelete = () => {
      held = [{ series: series("a"), points: [point(1), point(2)] }];
      return { outcome: "refused", reason: "no" };
    };
    expect(await purge()).toMatchObject({ outcome: "purging" });
    onDelete = (all) => ({ outcome: "complete", series: all });
    expect(await purge()).toMatchObject({ outcome: "purged" });
    expect(receipt()).toMatchObject({ intents: 2 });
  });
});

describe("a series that the answer has more than the last dry run", () => {
  const answersMore = (points: Point[]): void => {
    onDelete = (all) => {
      held.push({ series: series("more"), points });
      return { outcome: "complete", series: [...all, series("more")] };
    };
  };

  test("that holds only younger points registered in those seconds: counted", async () => {
    answersMore([point(100), point(200)]);
    expect(await purge()).toMatchObject({ outcome: "purged" });
    expect(receipt().registeredMeanwhile).toEqual([identityOf(series("more"))]);
    expect(await serverHolds()).toEqual([]);
  });

  test.each([99, -1_000])(
    "with a point of %i: a hold on the server, and possible loss",
    async (old) => {
      answersMore([point(200), point(old)]);
      const said = await purge();
      expect(said).toMatchObject({
        outcome: "purging",
        note: expect.stringContaining("possible loss"),
      });
      expect((await serverHolds())[0]).toContain("possible loss");
      expect(rolesIn()).not.toContain("purged");
    },
  );

  test("that holds nothing: revived, and emptied by this very delete: the same hold", async () => {
    answersMore([]);
    expect(await purge()).toMatchObject({ outcome: "purging" });
    expect((await serverHolds())[0]).toContain("possible loss");
  });
});

describe("a series that the answer lacks", () => {
  test("puts a hold on the server with that series as its cause", async () => {
    onDelete = () => ({ outcome: "complete", series: [] });
    expect(await purge()).toMatchObject({ outcome: "purging" });
    expect((await serverHolds())[0]).toContain(identityOf(series("a")));
  });

  test("is no finding in an answer that was cut: the recount tells", async () => {
    onDelete = () => ({ outcome: "no-answer", reason: "cut" });
    expect(await purge()).toMatchObject({ outcome: "purged" });
    expect(await serverHolds()).toEqual([]);
  });
});
