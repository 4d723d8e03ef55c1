// Ten thousand batches in 250 legs.
import { afterEach, expect, it } from "vitest";
import { MINUTE_US, NOVEMBER_US } from "../../support/november.ts";
import { openPlay, type Play } from "../world.ts";

let play: Play;
afterEach(async () => play.close());

// And a group for any other class: 333 groups, 9,990 batches.
const CLASSES = 332;
const DAYS = 30;

it("plans ten thousand batches into 250 legs whose matrices are small", async () => {
  const flow = [
    "period: { first: 2025-11 }",
    "batches: { slice: P1D, max-series: 1 }",
    "run: { shards: 256, parallel: 1000 }",
  ].join("\n");
  play = await openPlay({ flows: { metrics: flow } });
  const offsets = Float64Array.from({ length: DAYS }, (_, i) => i * 24 * 60 * Number(MINUTE_US));
  for (let c = 0; c < CLASSES; c++) {
    const longs = offsets.map((_, i) => i + c);
    play.world.load(`class.n${c}`, { host: "h" }, { base: NOVEMBER_US, offsets, longs });
  }
  const run = play.stage.schedule("offload.yml");
  // Of the 250 legs one is enough: the others are as it is.
  run.only = (name) => ["plan", "archive (metrics-7)", "report"].includes(name);
  await run.begin();
  const { outputs } = run.job("plan");
  for (const step of ["archive", "verify"]) {
    const matrix = outputs[`matrix-${step}`] ?? "";
    expect(JSON.parse(matrix).include).toHaveLength(250);
    // Counted as GitHub counts, in UTF-16: far from 1 MB.
    expect(2 * matrix.length).toBeLessThan(60_000);
  }
  const all = Object.values(outputs).reduce((sum, text) => sum + 2 * text.length, 0);
  expect(all).toBeLessThan(120_000);
  expect(run.job("archive (metrics-7)").conclusion).toBe("success");
  expect([39, 40]).toContain(play.keys("seals/").length);
}, 400_000);
