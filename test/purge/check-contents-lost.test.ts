// A seal that a purge rests on and that is gone or garbled: what it held of a point is unknown, so
// that only the word of a seal which saw it stands (design §3, "The archive's view").
import { beforeEach, describe, expect, test } from "vitest";
import type { CheckLine } from "../../src/purge/check.ts";
import { checkArchive, checkHot, readLimits } from "../../src/purge/check-contents.ts";
import { readView } from "../../src/purge/view.ts";
import { readSeal } from "../../src/verify/read-seal.ts";
import { rejected } from "../support/values.ts";
import { gateWorld, type GateWorld, plantIntent, point } from "./gate-world.ts";
import { idOf, series } from "./series.ts";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

const firstSeal = (): string =>
  [...world.cold.objects.keys()].find((key) => key.startsWith("seals/")) ?? "";

async function lineOf(check: string): Promise<CheckLine | undefined> {
  return (await world.judge(true)).lines.find((line) => line.check === check);
}
const contents = () => lineOf("every hot point is archived");
/** Grace is over for every seal there is. */
const later = (): void => {
  world.cold.clockMs += 20 * 86_400_000;
};
/** A seal of series `a` with these points. */
const sealOf = (saw: readonly string[], ...at: number[]): Promise<string> =>
  world.seal({ saw, held: [{ series: series("a"), points: at.map((t) => point(t)) }] });

describe("after a loss", () => {
  test("only a seal that saw the lost one answers for a point", async () => {
    const lost = firstSeal();
    const blind = await world.seal({ saw: [] });
    plantIntent(world, [lost]);
    world.cold.objects.delete(lost);
    expect(await contents()).toMatchObject({ ok: false, outcome: "late" });
    await world.seal({ saw: [lost, blind] });
    world.cold.clockMs += 20 * 86_400_000;
    const { lines } = await world.judge(true);
    expect(lines.find((line) => line.check === "every hot point is archived")?.outcome).toBe("go");
  });

  test("a seal that saw it, and holds another value, is late", async () => {
    const lost = firstSeal();
    await world.seal({ saw: [lost] });
    plantIntent(world, [lost]);
    world.cold.objects.delete(lost);
    world.held[0]?.points.splice(0, 1, point(1, 9n));
    expect(await contents()).toMatchObject({ ok: false, outcome: "late" });
  });
  /** The first seal is lost after a purge; another holds all that hot does. */
  async function losesFirst(): Promise<[lost: string, blind: string]> {
    const lost = firstSeal();
    const blind = await world.seal({ saw: [] });
    plantIntent(world, [lost]);
    world.cold.objects.delete(lost);
    return [lost, blind];
  }

  test("a point that the seal which saw it lacks is late, though another has it", async () => {
    const [lost, blind] = await losesFirst();
    await sealOf([lost, blind], 1);
    later();
    const { verdict } = await world.judge(true);
    expect(verdict).toMatchObject({ outcome: "late", series: [idOf("a")] });
  });

  test("what the seal that saw it has more than hot is not late: a purge took it", async () => {
    const [lost, blind] = await losesFirst();
    await sealOf([lost, blind], 1, 2, 3);
    later();
    expect(await contents()).toMatchObject({ ok: true });
  });

  test("of two, a seal that saw one alone does not answer for the other", async () => {
    const parent = "aaaaaaaa-00001";
    const lost = firstSeal();
    const other = await world.seal({ batch: parent });
    plantIntent(world, [lost]);
    plantIntent(world, [other], parent);
    for (const key of [lost, other]) world.cold.objects.delete(key);
    world.gate = { ...world.gate, batch: { ...world.gate.batch, parents: [parent] } };
    // It sees its own batch's seals by their markers, and of others those that were listed.
    await world.seal({ saw: [] });
    later();
    expect(await contents()).toMatchObject({ ok: false, outcome: "late" });
    expect((await lineOf("archive read back"))?.seen).toBe(
      `1 seal, 2 points; LOST after a purge: ${[lost, other].toSorted().join(", ")}`,
    );
    await world.seal({ saw: [other] });
    later();
    expect(await contents()).toMatchObject({ ok: true });
  });
});

describe("what the gate's checks hand on", () => {
  test("a seal that is gone and that no purge rests on: nothing to judge hot by", async () => {
    const key = firstSeal();
    world.cold.objects.delete(key);
    const { gate, ports, cold } = world;
    const checked = await checkArchive(gate, ports, await readView(cold, gate));
    expect(checked).toMatchObject({
      line: { ok: false, seen: `${key} is gone` },
      contents: [],
      lost: [],
    });
  });

  test("hot is not judged by an HFile where nothing reads HFiles", async () => {
    const { gate, ports, cold } = world;
    const [seal] = (await readView(cold, gate)).seals;
    if (!seal) throw new Error("the world has no seal");
    const read = await readSeal(cold, seal);
    const manifest = { ...read.manifest, format: "cellarman/hfile/1" as const };
    const work = checkHot(gate, ports, readLimits(gate), [{ ...read, manifest }]);
    expect(await rejected(work)).toMatchObject({
      code: "internal",
      message: "an HFile is in the view, and none was read",
    });
  });
});
