// Read tokens with attributes that narrow every read in silence (facts warp10 §1.2): archive,
// verify and count all see the same part, so that only the token itself tells. None of them may let
// a point be deleted that was hidden.
import { afterEach, describe, expect, it } from "vitest";
import { WORLD_TOKENS, type World } from "../../sim/world.ts";
import { DAY, MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import {
  expectConverges,
  expectNothingLost,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  staged,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const { WORLD_READ } = WORLD_TOKENS;
const HALF = String(NOVEMBER_US + 10n * MINUTE_US);

function narrow(attributes: Readonly<Record<string, string>>): void {
  const all = { ...WORLD_READ.attributes, ...attributes };
  world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, attributes: all });
}

async function wholeWay(): Promise<{ outcome: string; failed: string | undefined }> {
  for (const step of ["plan", "archive", "verify"]) await world.run(step);
  world.moveClock(16 * DAY);
  await world.run("plan");
  return purgeSays(world);
}

describe("a read token that hides points", () => {
  const HIDING: readonly [name: string, value: string][] = [
    [".start", HALF],
    [".end", HALF],
    [".start", "PT1M"],
    [".count", "5"],
    [".pre", "1"],
  ];

  it.each(HIDING)(
    "%s = %s: archived and verified as far as it shows, never purged",
    async (name, value) => {
      world = await staged();
      narrow({ [name]: value });
      const before = hotPoints(world);
      const said = await wholeWay();
      expect(said).toMatchObject({ outcome: "wait", failed: "read token shows every point" });
      expect(hotPoints(world)).toEqual(before);
      expect(keysOf(world, "intents/")).toEqual([]);
      const doctor = await world.run("doctor");
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toContain(`BAD   read token attributes: ${name}=${value}`);
      // With a whole token the hidden points are late ones: a further attempt holds them.
      narrow({});
      await expectConverges(world, before);
    },
  );

  it("and comes only when everything is archived: not purged with it either", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    narrow({ ".start": HALF });
    expect(await purgeSays(world)).toMatchObject({ failed: "read token shows every point" });
    expect(hotPoints(world)).toEqual(before);
  });

  it("whose attributes nobody tells: unknown means no, and the way out is named", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    const { ".cap:tokeninfo.attr": _, ...silent } = WORLD_READ.attributes;
    world.warp10.tokens.set("WORLD_READ", {
      ...WORLD_READ,
      attributes: { ...silent, ".start": HALF },
    });
    const { document } = await world.json("purge");
    expect(JSON.stringify(document)).toContain(".cap:tokeninfo.attr");
    expect(hotPoints(world)).toEqual(before);
    narrow({});
    await expectConverges(world, before);
  });
});

describe("a read token that hides series", () => {
  it.each([
    { ".scope": "=cpu.load{host=h1}" },
    { ".activeafter": "99999999999999" },
    { ".nofetch": "true" },
    { ".nofind": "true" },
  ])("%o: nothing hidden is deleted", async (attributes) => {
    world = await staged();
    narrow(attributes);
    const before = hotPoints(world);
    await wholeWay();
    expect(hotPoints(world)).toEqual(before);
    await expectNothingLost(world, before);
  });
});
