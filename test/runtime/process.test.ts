// What the process itself gives: signals, environment, randomness.
import { afterEach, describe, expect, it } from "vitest";
import { readEnvironment } from "../../src/runtime/environment.ts";
import { exitCodeOf } from "../../src/runtime/errors.ts";
import { randomFraction, randomId } from "../../src/runtime/random.ts";
import { untilInterrupted } from "../../src/runtime/signals.ts";

const NAME = "CELLARMAN_TEST_VARIABLE";

afterEach(() => {
  delete process.env[NAME];
});

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("%s aborts with exit code 130, once", (name) => {
    const interruption = untilInterrupted();
    process.emit(name, name);
    const { reason } = interruption.signal;
    expect(interruption.signal.aborted).toBe(true);
    expect(exitCodeOf(reason)).toBe(130);
    // The launcher and the terminal may both send it: within a second that is one signal.
    process.emit(name, name);
    expect(interruption.signal.reason).toBe(reason);
    interruption.dispose();
  });

  it("leaves no listener behind", () => {
    const before = process.listenerCount("SIGTERM");
    const interruption = untilInterrupted();
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    interruption.dispose();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    expect(interruption.signal.aborted).toBe(false);
  });
});

describe("the environment", () => {
  it("is read once, and an empty value is an absent one", () => {
    process.env[NAME] = "value";
    const environment = readEnvironment();
    process.env[NAME] = "";
    expect(environment.get(NAME)).toBe("value");
    expect(readEnvironment().get(NAME)).toBeUndefined();
    expect(environment.get("CELLARMAN_NO_SUCH_VARIABLE")).toBeUndefined();
  });
});

describe("randomness", () => {
  it("gives ids of 32 hex digits, never twice", () => {
    const ids = Array.from({ length: 1_000 }, () => randomId());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(1_000);
  });

  it("gives fractions in [0, 1)", () => {
    for (let i = 0; i < 1_000; i += 1) {
      const fraction = randomFraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
    }
  });
});
