import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { startWatchdog, type WatchdogLimits } from "../../src/runtime/watchdog.ts";

const watch = (limits: Partial<WatchdogLimits>) =>
  startWatchdog({ what: "reading", where: "http://w", ...limits });
const wait = (ms: number) => systemClock.sleep(ms);

describe("a watchdog", () => {
  it("aborts after silence, with what was done and where", async () => {
    const dog = watch({ stallMs: 30 });
    await wait(80);
    expect(dog.signal.reason).toMatchObject({
      code: "stalled",
      message: "reading: no byte for too long (30 ms)",
      where: "http://w",
    });
    dog.stop();
  });

  it("does not while bytes come, and not while it is paused", async () => {
    const dog = watch({ stallMs: 300 });
    for (let i = 0; i < 4; i += 1) {
      await wait(100);
      dog.heard();
    }
    dog.pause();
    await wait(400);
    expect(dog.signal.aborted).toBe(false);
    dog.resume();
    expect(dog.longestPauseMs()).toBeGreaterThan(300);
    await wait(400);
    expect(dog.signal.aborted).toBe(true);
    dog.stop();
  });

  it("aborts at the deadline, paused or not", async () => {
    const dog = watch({ deadlineMs: 40 });
    dog.pause();
    await wait(80);
    expect(dog.signal.reason).toMatchObject({ code: "stalled" });
    dog.stop();
  });

  it("never aborts after it was stopped, nor without limits", async () => {
    const controller = new AbortController();
    const stopped = watch({ stallMs: 20, deadlineMs: 20, signal: controller.signal });
    const free = watch({});
    stopped.stop();
    controller.abort(new Error("late"));
    await wait(50);
    expect(stopped.signal.aborted).toBe(false);
    expect(free.signal.aborted).toBe(false);
    free.stop();
  });

  it("takes limits beyond what a timer can hold", async () => {
    const dog = watch({ stallMs: 1e12, deadlineMs: 1e12 });
    await wait(20);
    expect(dog.signal.aborted).toBe(false);
    dog.stop();
  });
});
