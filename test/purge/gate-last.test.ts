// The gate's last look: what a delete would touch by now, and what it has more than was read
// (design §3, "The gate"; facts warp10 §1.6).
import { beforeEach, describe, expect, test } from "vitest";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { gateWorld, type GateWorld, point } from "./gate-world.ts";
import { idOf, listing, series } from "./series.ts";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

const said = async () => {
  const { outcome, lines, warrant } = await world.judge();
  const first = lines.find((line) => !line.ok);
  return { outcome, check: first?.check, seen: first?.seen, warrant };
};

/** Answers of the n-th dry run, from 1; the others stay. */
function dryRuns(change: (n: number) => ReturnType<typeof listing> | undefined): void {
  const { dryRun } = world.ports.dryRunner;
  let n = 0;
  const dryRunner = { dryRun: (...a: Parameters<typeof dryRun>) => change(++n) ?? dryRun(...a) };
  world.ports = { ...world.ports, dryRunner };
}

describe("the last dry run", () => {
  test("what the last dry run does not answer says no", async () => {
    dryRuns((n) => {
      if (n === 2) throw new CellarmanError("network", "no answer");
      return undefined;
    });
    expect(await said()).toMatchObject({ outcome: "retry", check: "last dry run" });
  });

  test("lists fewer than the first: no", async () => {
    dryRuns((n) => (n === 2 ? listing(series("a")) : undefined));
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `${idOf("b")} is no longer listed`,
    });
  });

  test("lists two that print alike: no", async () => {
    dryRuns((n) => (n === 2 ? listing(series("a"), series("b"), series("b")) : undefined));
    expect(await said()).toMatchObject({
      outcome: "retry",
      seen: expect.stringMatching(/two series print as/),
    });
  });

  /**
   * Hot prints a series that the first listings did not have, where it is asked for it alone; the
   * read token lists it from then on, or never.
   */
  function registers(one: Held[number], isReadable = true, isCut = false): void {
    if (!isCut)
      dryRuns((n) => (n === 2 ? listing(series("a"), series("b"), one.series) : undefined));
    const { hot } = world.ports;
    const alone = fakeHot([one]);
    const fetch: typeof hot.fetch = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : alone).fetch(selector, ...rest);
    const count: typeof hot.count = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : alone).count(selector, ...rest);
    let lists = 0;
    const find: typeof hot.find = (selector) =>
      isReadable && ++lists > 1
        ? listing(series("a"), series("b"), one.series)
        : hot.find(selector);
    world.ports = { ...world.ports, hot: { ...hot, fetch, count, find } };
  }

  test("lists one that the read token does not see, and the first was cut: no", async () => {
    registers({ series: series("c"), points: [] }, false);
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `the read token does not list ${idOf("c")}`,
      warrant: undefined,
    });
  });

  test("is cut, and lacks one that came with points: the listing for reading tells", async () => {
    registers({ series: series("c"), points: [point(5)] }, true, true);
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `${idOf("c")} came meanwhile, with points`,
      warrant: undefined,
    });
  });

  test("lists a new one without points: go, and the delete may touch it", async () => {
    registers({ series: series("c"), points: [point(100)] });
    const { outcome, warrant } = await said();
    expect(outcome).toBe("go");
    expect(warrant?.facts.expectedSeries).toEqual(new Set([idOf("a"), idOf("b"), idOf("c")]));
  });

  test("lists a new one whose points a read leaves out: the count tells", async () => {
    registers({ series: series("c"), points: [point(5)] });
    const { hot } = world.ports;
    const nothing = fakeHot([]);
    const fetch: typeof hot.fetch = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : nothing).fetch(selector, ...rest);
    world.ports = { ...world.ports, hot: { ...hot, fetch } };
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: "read 0 points of =c{host=h}, counted 1",
    });
  });

  test("lists a new one that holds points: no, and it is named", async () => {
    registers({ series: series("c"), points: [point(5)] });
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `${idOf("c")} came meanwhile, with points`,
      warrant: undefined,
    });
  });
});
