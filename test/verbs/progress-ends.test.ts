// A bar goes on by the clock: its timer must end with the work, also when that is interrupted.
import { afterEach, expect, it, vi } from "vitest";
import type { World } from "../../sim/world.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { until } from "../support/process.ts";
import { expectRun, GRACE_OVER, staged } from "../support/stage.ts";

let world: World;
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** How often a bar is redrawn on a terminal, ms. */
const REDRAWN_MS = 200;

it.each(["archive", "verify", "purge"])("%s ends its bar when it is interrupted", async (verb) => {
  world = await staged({ terminal: { isTty: true, write: () => undefined } });
  for (const step of ["plan", "archive", "verify"]) {
    if (step === verb) break;
    await expectRun(world, 0, step);
  }
  if (verb === "purge") {
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
  }
  const begun = vi.spyOn(globalThis, "setInterval");
  const ended = vi.spyOn(globalThis, "clearInterval");
  world.warp10.faults.push({ kind: "stall", path: "/api/v0/fetch", bytes: 600 });
  const controller = new AbortController();
  world.signal = controller.signal;
  const running = world.run(verb);
  await until(() => world.warp10.faults.struck.length > 0, `${verb} to reach its fault`);
  controller.abort(new CellarmanError("interrupted", "stopped by SIGTERM"));
  expect((await running).code).toBe(130);
  const bars = begun.mock.results.filter((_, i) => begun.mock.calls[i]?.[1] === REDRAWN_MS);
  expect(bars).toHaveLength(1);
  const isEnded = () => ended.mock.calls.some(([timer]) => timer === bars[0]?.value);
  await until(isEnded, "the bar to end");
});
