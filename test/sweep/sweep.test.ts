// The short form of the crash sweep (`npm run sweep` is the long one): the places of the way where
// a crash would hurt most, and proof that the sweep would see a loss.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET } from "../../sim/world.ts";
import { buildProgram } from "./child.ts";
import { fillDisk } from "./full-disk.ts";
import { BucketWatch, Judge, rememberHot } from "./judge.ts";
import { type Blow, type CrashPoint, Lane } from "./lane.ts";
import { momentOf, openStage, putBack, STEPS } from "./stage.ts";
import type { Passed, Side } from "./tap.ts";

let folder = "";
let lane: Lane;
let requests: readonly (readonly Passed[])[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellarman-sweep-"));
  const program = await buildProgram(join(folder, "program"));
  const cache = join(folder, "compiled");
  lane = await Lane.open({ program, cache, lane: 0, lanes: 1, every: 1, followAll: false });
  requests = await lane.cleanRun();
}, 60_000);

afterAll(async () => {
  await lane.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first request of a command of the way that puts a key, or that really deletes. */
function pointAt(step: number, what: string, side: Side): CrashPoint {
  const isIt = ({ method, target, body }: Passed): boolean =>
    what === "delete"
      ? target === "/api/v0/delete" && !body.includes("dryrun")
      : method === "PUT" && target.startsWith(`/${BUCKET}/${what}/`);
  const request = (requests[step]?.findIndex(isIt) ?? -1) + 1;
  expect(request).toBeGreaterThan(0);
  return { step, request, side };
}

const [ARCHIVE, PURGE, LAST_PURGE] = [1, 6, 7];

describe("the way from plan to closed", () => {
  it("has at least six batches, a purge and a close", () => {
    const puts = (step: number, role: string): number =>
      requests[step]?.filter((r) => r.method === "PUT" && r.target.includes(`/${role}/`)).length ??
      0;
    expect(puts(ARCHIVE, "seals")).toBeGreaterThanOrEqual(6);
    expect(STEPS.map(({ verb }, i) => (verb === "purge" ? puts(i, "purged") : 0))).toEqual([
      0, 0, 0, 0, 1, 0, 5, 0,
    ]);
    expect(puts(LAST_PURGE, "closed")).toBe(1);
  });
});

describe("a command that is killed", () => {
  // The last command first: a world is put back to earlier moments only.
  const cases: [Blow, string, number, string, Side][] = [
    ["KILL", "everything is reconciled, nothing closed", LAST_PURGE, "closed", "before"],
    ["KILL", "it had deleted and was not told", PURGE, "delete", "after"],
    ["TERM", "it had deleted, and is told while it ends", PURGE, "delete", "after"],
    ["KILL", "an intent is there and nothing was deleted", PURGE, "intents", "after"],
    ["KILL", "its marker is there and its seal is not", ARCHIVE, "seals", "before"],
  ];

  it.each(cases)("by SIG%s when %s: nothing is lost, and it converges", async (...one) => {
    const [blow, , step, what, side] = one;
    const crashed = await lane.crash(pointAt(step, what, side), blow);
    expect(crashed).toMatchObject({ struck: true, findings: [] });
  });
});

describe("a disk that is full", () => {
  it("fails the plan, loses nothing, and with room the period closes", async () => {
    const found = await fillDisk(lane.program, 3, () => undefined);
    expect(found).toMatchObject({ lost: 0, notConverged: 0, broken: 0, stories: [] });
    expect(found.crashPoints).toBeGreaterThan(0);
  });
});

describe("the judge", () => {
  it("sees points that are nowhere, a change outside the period, and an open period", async () => {
    const { world, close } = await openStage();
    try {
      const judge = new Judge(world, rememberHot(world));
      const moment = momentOf(world);
      expect(await judge.always(moment)).toEqual([]);
      const [series] = [...world.warp10.store.all()];
      const [first = 0n] = series?.chunks.map((chunk) => chunk.base) ?? [];
      series?.remove(first, first);
      expect(await judge.always(moment)).toMatchObject([{ kind: "broken" }]);
      series?.remove(first, first + 30n * 86_400_000_000n);
      expect(await judge.always(moment)).toMatchObject([{ kind: "broken" }, { kind: "lost" }]);
      putBack(world, moment);
      expect(await judge.always(moment)).toEqual([]);
      expect(judge.atTheEnd().map((f) => f.kind)).toEqual(["not converged", "not converged"]);
    } finally {
      await close();
    }
  });

  it("sees a key that gets other bytes, and a removal that is asked for", async () => {
    const { world, tap, close } = await openStage();
    try {
      const watch = new BucketWatch(world, tap);
      const see = (method: string, body: string): void =>
        tap.watchers.forEach((watcher) =>
          watcher(
            { method, target: `/${BUCKET}/a`, server: "cellar", body: Buffer.from(body) },
            200,
          ),
        );
      see("PUT", "1");
      see("PUT", "1");
      expect(watch.broken).toEqual([]);
      see("PUT", "2");
      see("DELETE", "");
      expect(watch.broken).toHaveLength(3);
    } finally {
      await close();
    }
  });
});
