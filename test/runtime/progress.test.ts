// Progress: a bar on a terminal, a line a minute in a log, nothing for short work (design §7).
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Clock } from "../../src/runtime/clock.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { bytesText, compact, duration, startProgress } from "../../src/runtime/progress.ts";

fc.configureGlobal({ seed: 4 });

/** Progress of ten batches under a clock that the test moves. */
function progressOf(isTty: boolean) {
  const lines: string[] = [];
  let drawn = "";
  let nowMs = 1_000_000;
  const clock: Clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const log = { ...silentLog, info: (line: string) => void lines.push(line) };
  const terminal = { isTty, write: (text: string) => void (drawn += text) };
  const progress = startProgress("archive", 10, clock, log, terminal);
  return {
    lines,
    drawn: () => drawn,
    done(afterMs: number, points = 1_000n) {
      nowMs += afterMs;
      progress.done(points);
    },
    moving(afterMs: number, item: string, points: bigint, expected?: bigint) {
      nowMs += afterMs;
      progress.moving(item, { points, series: 20n, expected });
    },
    end: () => progress.end(),
  };
}

describe("in a log", () => {
  test("is a line a minute at most, with count, points, rate and what is left", () => {
    const { lines, done, drawn } = progressOf(false);
    for (let i = 0; i < 5; i++) done(20_000);
    expect(lines).toEqual(["archive 3/10 batches, 3.00 k points, 50 points/s, 2 min left"]);
    expect(drawn()).toBe("");
  });

  test("tells how far items are that are not done, and when they will be", () => {
    const { lines, moving } = progressOf(false);
    moving(0, "b-1", 0n, 4_000n);
    moving(30_000, "b-1", 500n, 4_000n);
    moving(30_000, "b-1", 1_000n, 4_000n);
    expect(lines).toEqual([
      "archive 0/10 batches, 1.00 k points, 17 points/s; " +
        "b-1 1.00 k of ~4.00 k points, 20 series, 3 min left",
    ]);
    for (const n of [2, 3, 4, 5, 6]) moving(0, `b-${n}`, 1n);
    moving(60_000, "b-1", 5_000n, 4_000n);
    expect(lines[1]).toContain("b-1 5.00 k of ~4.00 k points, 20 series; b-2 1 points, 20 series;");
    expect(lines[1]).toContain("; and 2 more");
  });

  test("says nothing of work that ends within a minute", () => {
    const { lines, done, end } = progressOf(false);
    for (let i = 0; i < 10; i++) done(5_900);
    end();
    expect(lines).toEqual([]);
  });

  test("comes every minute though no batch is done for hours, and no more at the end", () => {
    vi.useFakeTimers();
    try {
      const lines: string[] = [];
      const clock: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
      const log = { ...silentLog, info: (line: string) => void lines.push(line) };
      const progress = startProgress("archive", 2, clock, log, undefined);
      vi.advanceTimersByTime(3 * 60_000 + 1);
      expect(lines).toEqual(Array.from({ length: 3 }, () => "archive 0/2 batches, 0 points"));
      progress.end();
      vi.advanceTimersByTime(10 * 60_000);
      expect(lines).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  test("says no rate where no points move", () => {
    const { lines, done } = progressOf(false);
    done(60_000, 0n);
    expect(lines).toEqual(["archive 1/10 batches, 0 points, 9 min left"]);
  });
});

describe("on a terminal", () => {
  test("nothing is drawn in the first two seconds, nor wiped when nothing was drawn", () => {
    const { drawn, done, end } = progressOf(true);
    done(1_999);
    end();
    expect(drawn()).toBe("");
  });

  test("the bar is redrawn in place, five times a second at most, and wiped at the end", () => {
    const { lines, drawn, done, end } = progressOf(true);
    done(2_000);
    done(100);
    done(100);
    end();
    const frames = drawn().split("\r\x1b[K").slice(1);
    expect(frames).toHaveLength(3);
    expect(frames[0]).toMatch(/^\[##\.{22}\] archive 1\/10 batches/);
    expect(frames[1]).toMatch(/^\[#{7}\.{17}\] archive 3\/10 batches/);
    expect(frames[2]).toBe("");
    expect(lines).toEqual([]);
  });

  test("of more than was planned never breaks the bar", () => {
    const { drawn, done } = progressOf(true);
    for (let i = 0; i < 12; i++) done(2_000);
    expect(drawn()).toContain("12/10");
  });
});

describe("figures", () => {
  test.each([
    [0, "0 s"],
    [89.4, "89 s"],
    [90, "2 min"],
    [5_399, "90 min"],
    [5_400, "1.5 h"],
    [172_800, "2.0 d"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1.00 k"],
    [12_345, "12.3 k"],
    [123_456, "123 k"],
    [22e9, "22.0 G"],
    [1e16, "10000 T"],
  ])("%d is %s", (count, text) => {
    expect(compact(count)).toBe(text);
  });

  test.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1.00 KiB"],
    [64 * 1024 ** 2, "64.0 MiB"],
    [20 * 1024 ** 4, "20.0 TiB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  test("a compact count is never off by more than one in its last digit", () => {
    const factor: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 }), (count) => {
        const [digits = "", unit = ""] = compact(count).split(" ");
        const value = Number(digits) * (factor[unit] ?? Number.NaN);
        expect(Math.abs(value - count)).toBeLessThanOrEqual(count * 0.0051);
      }),
    );
  });
});
