// The lag between two probes is told by the store's clock, and only where that agrees with the
// prober's.
import { expect, test } from "vitest";
import { hexId } from "../support/values.ts";
import { ADDRESS, fenceOf, MINUTE, plant, probes } from "./fence.ts";

test("a probe that cannot be read counts for nothing, and keeps back no other", async () => {
  const { check, cold } = fenceOf();
  plant(cold, 0, hexId(9));
  for (const [key, { lastModifiedMs }] of cold.objects) {
    cold.objects.set(key, { bytes: Buffer.from("{"), lastModifiedMs });
  }
  expect(await check(10)).toMatchObject({ ok: false, seen: "refused once" });
  expect(await check(10)).toMatchObject({ ok: true });
});

test.each([5 * MINUTE, -5 * MINUTE])("clocks that are %i ms apart are alike", async (offMs) => {
  const { check, clock } = fenceOf();
  clock.offMs = offMs;
  await check(0);
  expect(await check(10)).toMatchObject({ ok: true });
});

test.each([5 * MINUTE + 1, -5 * MINUTE - 1])(
  "a clock that was set since the gate compared them tells no lag: %i ms apart",
  async (offMs) => {
    const { check, clock, cold } = fenceOf();
    await check(0);
    clock.offMs = offMs;
    expect(await check(10)).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "the clocks of this machine and of the store are apart",
      next: "set the clock of this machine or of the store right",
    });
    expect(probes(cold)).toBe(1);
    clock.offMs = 0;
    expect(await check(0)).toMatchObject({ ok: true });
  },
);

test.each([5 * MINUTE + 1, -5 * MINUTE - 1])(
  "a probe that its prober dated otherwise than the store counts for nothing: %i ms",
  async (offMs) => {
    const { check, cold } = fenceOf();
    plant(cold, 0, hexId(9), [ADDRESS], offMs);
    expect(await check(10)).toMatchObject({ ok: false, seen: "refused once" });
    const alike = fenceOf();
    plant(alike.cold, 0, hexId(9), [ADDRESS], offMs - Math.sign(offMs));
    expect(await alike.check(10)).toMatchObject({ ok: true });
  },
);
