// Puts whose answer is lost, that are not stored, or refused in passing, one for every kind of
// object that a period writes: the same commands converge.
import { afterEach, describe, expect, it } from "vitest";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { expectCloses, hotPoints, staged, verified } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

/** Every kind of object that is written on the way of a period, by the beginning of its key. */
const ROLES = [
  "plans/world/2025-11/plan-",
  "plans/world/2025-11/ruling/",
  "data/.*points-",
  "markers/",
  "seals/",
  "verified/",
  "lists/",
  "fences/",
  "intents/",
  "purged/",
  "reconciled/",
  "closed/",
];

const striking = (kind: "lost-answer" | "dropped", role: string): CellarFault => ({
  kind,
  op: "PutObject",
  path: new RegExp(`^/${BUCKET}/${role}`),
});

/** What a delete rests on, and what forbids. */
const GRAVE = ["plans/world/2025-11/ruling/", "markers/", "seals/", "intents/", "purged/"];

describe("a put that is carried out, and its answer is lost", () => {
  it.each(GRAVE)("%s", async (role) => {
    world = await staged();
    const before = hotPoints(world);
    world.cellar.faults.push(striking("lost-answer", role));
    await expectCloses(world, before);
    expect(world.cellar.faults.struck).toHaveLength(1);
  });

  it("the first of every kind, one after the other", async () => {
    world = await staged();
    const before = hotPoints(world);
    const all = [...ROLES, "data/.*series", "data/.*manifest"];
    world.cellar.faults.push(...all.map((role) => striking("lost-answer", role)));
    await expectCloses(world, before);
    expect(world.cellar.faults.struck).toHaveLength(all.length);
  });
});

// A manifest that was not stored is found by verify (archive-lies).
describe("a put that is acknowledged and not stored", () => {
  it.each([...GRAVE, "verified/"])("%s", async (role) => {
    world = await staged();
    const before = hotPoints(world);
    world.cellar.faults.push(striking("dropped", role));
    await expectCloses(world, before);
    expect(world.cellar.faults.struck).toHaveLength(1);
  });

  it("the first of every kind, one after the other", async () => {
    world = await staged();
    const before = hotPoints(world);
    world.cellar.faults.push(...ROLES.map((role) => striking("dropped", role)));
    await expectCloses(world, before);
    expect(world.cellar.faults.struck).toHaveLength(ROLES.length);
  });
});

describe("a put that is refused in passing", () => {
  it.each(["data/.*points-", "intents/"])("%s", async (role) => {
    world = await staged();
    const path = new RegExp(`^/${BUCKET}/${role}`);
    world.cellar.faults.push({
      kind: "refuse",
      op: "PutObject",
      path,
      status: 503,
      code: "SlowDown",
    });
    world.cellar.faults.push({ kind: "error-in-200", op: "PutObject", path });
    await expectCloses(world);
    expect(world.cellar.faults.struck).toHaveLength(2);
  });
});

describe("reads of the store that fail in passing", () => {
  it("are repeated, whatever the step", async () => {
    world = await verified();
    const before = hotPoints(world);
    world.cellar.faults.push(
      {
        kind: "refuse",
        op: ["GetObject", "ListObjects"],
        status: 503,
        code: "SlowDown",
        chance: 0.2,
        times: 15,
      },
      { kind: "cut", op: ["GetObject", "ListObjects"], afterBytes: 40, chance: 0.2, times: 10 },
    );
    await expectCloses(world, before);
    expect(world.cellar.faults.struck.length).toBeGreaterThan(10);
  });
});
