// The write fence is probed, not believed: refused twice, the probes at least the ingestion lag
// apart, the first at most lag + 1 day old, the second before the reads begin (design §3, "The
// gate").
import { describe, expect, test } from "vitest";
import { checkFence } from "../../src/purge/check-fence.ts";
import type { FenceAnswer } from "../../src/purge/check.ts";
import { DAY_MS, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";
import { ADDRESS, answer, fenceOf, MINUTE, plant, probes } from "./fence.ts";

describe("the write fence", () => {
  test("refused once waits, and says until when", async () => {
    const { check, cold } = fenceOf();
    const line = await check(0);
    expect(line).toEqual({
      check: "write fence",
      ok: false,
      outcome: "wait",
      seen: "refused once",
      needed: "two refused probes 10 min apart",
      earliestMs: cold.clockMs + 10 * MINUTE,
      next: "cellarman purge metrics",
    });
    const [key = ""] = [...cold.objects.keys()];
    expect(JSON.parse(Buffer.from(cold.objects.get(key)?.bytes ?? []).toString())).toEqual({
      schema: "cellarman/fence-probe/1",
      flow: "f",
      period: "2025-11",
      process: gateCase().process,
      ingress: [ADDRESS],
      timestamp: "99",
      clockMs: cold.clockMs,
    });
  });

  test("refused again a lag later is in force", async () => {
    const { check, probed } = fenceOf();
    await check(0);
    expect(await check(10)).toEqual({
      check: "write fence",
      ok: true,
      outcome: "go",
      seen: `refused at ${new Date(100 * DAY_MS).toISOString()} and now`,
      needed: "two refused probes 10 min apart",
    });
    expect(probed).toEqual([99n, 99n]);
  });

  test("a minute before the lag is over still waits", async () => {
    const { check } = fenceOf();
    await check(0);
    expect((await check(9)).ok).toBe(false);
    expect((await check(1)).ok).toBe(true);
  });

  test("two probes less than a lag apart are no pair, however old the first is", async () => {
    const { check, probed, cold } = fenceOf();
    await check(0);
    await check(6);
    expect(probes(cold)).toBe(2);
    expect((await check(4)).ok).toBe(true);
    expect(probed).toHaveLength(3);
  });

  test("a fresh second probe serves the next batches as well", async () => {
    const { check, probed } = fenceOf();
    await check(0);
    await check(10);
    expect((await check(4)).ok).toBe(true);
    expect(probed).toHaveLength(2);
    expect((await check(2)).ok).toBe(true);
    expect(probed).toHaveLength(3);
  });

  test("a probe of five minutes ago is fresh: nothing is probed that cannot help yet", async () => {
    const { check, probed } = fenceOf();
    await check(0);
    expect(await check(4)).toMatchObject({ ok: false, seen: "refused once" });
    await check(1);
    expect(probed).toHaveLength(1);
    await check(1);
    expect(probed).toHaveLength(2);
  });

  test("a first probe older than the lag and a day counts no more", async () => {
    const { check } = fenceOf();
    await check(0);
    expect((await check(10 + 24 * 60)).ok).toBe(true);
    const other = fenceOf();
    await other.check(0);
    expect((await other.check(10 + 24 * 60 + 1)).ok).toBe(false);
    await check(24 * 60 + 11);
    expect((await check(10)).ok).toBe(true);
  });

  test.each(["accepted", "unknown"] as const)(
    "%s at any time says no and records nothing",
    async (outcome) => {
      let said: FenceAnswer["outcome"] = "refused";
      const { check, cold } = fenceOf(() => [answer(said)]);
      await check(0);
      said = outcome;
      const line = await check(10);
      expect(line).toMatchObject({
        ok: false,
        outcome: "wait",
        seen: `${ADDRESS}: ${outcome}: d`,
        needed: "refused at every ingress",
        next: "set ingress.maxpast.override (ms) on that ingress below the flow's max-past",
      });
      expect(probes(cold)).toBe(1);
    },
  );

  test("an ingress without an answer says no", async () => {
    const { check, cold } = fenceOf(() => []);
    expect(await check(0)).toMatchObject({ ok: false, outcome: "wait", seen: "not all probed" });
    expect(probes(cold)).toBe(0);
  });

  test("without a probe token says no, and what to set", async () => {
    const { cold, ports } = fenceOf();
    const line = await checkFence(gateCase(), { ...ports, cold, prober: undefined });
    expect(line).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "no probe token",
      needed: "a probe at every ingress",
      next: "set WARP10_PROBE_TOKEN, or accept-risk in the flow",
    });
  });

  test("without a fence in the flow says no; an accepted risk is a written reason", async () => {
    const { ports } = fenceOf();
    const { flow } = gateCase();
    const withFence = (writeFence: typeof flow.purge.writeFence) =>
      checkFence(gateCase({ flow: { ...flow, purge: { ...flow.purge, writeFence } } }), ports);
    expect(await withFence(null)).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "none",
      needed: "purge.write-fence in the flow",
    });
    const line = await withFence({ kind: "accept-risk", reason: "writers are off" });
    expect(line).toMatchObject({ ok: true, seen: "risk accepted: writers are off" });
    expect(line.needed).toBe("a reason");
  });

  test("the oldest probe of a lag counts, whatever its key, and none before it", async () => {
    const { check, cold } = fenceOf();
    const beganMs = cold.clockMs;
    plant(cold, -3 * 24 * 60, hexId(5));
    plant(cold, 0, hexId(9));
    plant(cold, 6, hexId(1));
    expect(await check(8)).toMatchObject({ ok: false, earliestMs: beganMs + 10 * MINUTE });
    // The newest is fresh, and a lag after the first: nothing has to be probed.
    const other = fenceOf();
    plant(other.cold, 0, hexId(9));
    plant(other.cold, 11, hexId(1));
    expect(await other.check(12)).toMatchObject({ ok: true });
    expect(other.probed).toEqual([]);
  });

  test("a probe at one ingress of two is none of both", async () => {
    const ingress = [ADDRESS, "https://b.example.net"];
    const { flow } = gateCase();
    const { writeFence } = flow.purge;
    if (writeFence?.kind !== "probe") throw new Error("the flow has no probe");
    const purge = { ...flow.purge, writeFence: { ...writeFence, probe: ingress } };
    const gate = gateCase({ flow: { ...flow, purge } });
    const both = () => ingress.map((address) => ({ ...answer("refused"), address }));
    for (const [probedAt, ok] of [
      [[ADDRESS, "https://c.example.net"], false],
      [ingress, true],
    ] as const) {
      const { check, cold } = fenceOf(both);
      plant(cold, 0, hexId(8), [...probedAt]);
      expect(await check(10, gate)).toMatchObject({ ok });
    }
  });

  test("probes at other addresses, or in another order, are none of this fence's", async () => {
    for (const ingress of [["https://other.example.net"], [ADDRESS, "https://b.example.net"], []]) {
      const { check, cold } = fenceOf();
      plant(cold, 0, hexId(8), ingress);
      expect(await check(10)).toMatchObject({ ok: false, seen: "refused once" });
    }
  });

  test("the date of the second probe counts from the oldest that may be its first", async () => {
    const { check, cold } = fenceOf();
    const beganMs = cold.clockMs;
    await check(0);
    expect((await check(6)).earliestMs).toBe(beganMs + 10 * MINUTE);
  });
});
