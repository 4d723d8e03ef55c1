// A gate that stands still between the fence's probes and its hot read (a machine that was
// suspended): the fence may have been lifted and set again meanwhile. Found by the model: the read
// then rested on probes of days ago, and a point that was on its way was deleted.
import { expect, test } from "vitest";
import { checkFenceAge } from "../../src/purge/check-fence.ts";
import { PURGE_LIMITS } from "../../src/purge/limits.ts";
import { gateCase } from "./cases.ts";
import { gateWorld, NOW_MS } from "./gate-world.ts";

const HOUR_MS = 3_600_000;

/** Judges in a world whose clock goes on by so much once the fence was probed. */
async function judgeAfter(ms: number) {
  const world = await gateWorld();
  const { clock, prober } = world.ports;
  let nowMs = NOW_MS;
  world.ports = {
    ...world.ports,
    clock: { ...clock, now: () => nowMs },
    prober: {
      probe: async (timestamp) => {
        const answers = await prober?.probe(timestamp);
        nowMs = NOW_MS + ms;
        return answers ?? [];
      },
    },
  };
  const { outcome, lines, warrant } = await world.judge();
  return { outcome, warrant, no: lines.find((line) => !line.ok) };
}

test("a hot read six hours after the probes: go", async () => {
  const { outcome, warrant } = await judgeAfter(6 * HOUR_MS);
  expect([outcome, warrant === undefined]).toEqual(["go", false]);
});

test.each([6 * HOUR_MS + 1, 72 * HOUR_MS, -1])("a hot read %i ms after: retry", async (ms) => {
  const { outcome, warrant, no } = await judgeAfter(ms);
  expect([outcome, warrant, no?.check]).toEqual(["retry", undefined, "write fence"]);
  expect(no?.seen).toMatch(/min before the hot read began$/);
  expect(no?.needed).toBe("at most 360 min");
  expect(no?.next).toBe("cellarman purge metrics");
});

test("an accepted risk has no probes that could be old", () => {
  const { flow } = gateCase();
  const writeFence = { kind: "accept-risk", reason: "no writer is left" } as const;
  const risky = gateCase({ flow: { ...flow, purge: { ...flow.purge, writeFence } } });
  expect(checkFenceAge(risky, 10 * PURGE_LIMITS.fenceRestsMs)).toBeUndefined();
  expect(checkFenceAge(gateCase(), 10 * PURGE_LIMITS.fenceRestsMs)?.ok).toBe(false);
});
