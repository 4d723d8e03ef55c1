// How a person names a point, and what is refused.
import { describe, expect, it } from "vitest";
import { isAskedFor, parseSeries, parseTime } from "../../src/audit/question.ts";

describe("a series", () => {
  it("is read as the server writes it, percent-encoding included", () => {
    const { className, labels } = parseSeries("cpu%20load{host=a%2Cb,empty=}");
    expect({ className, labels }).toEqual({
      className: "cpu load",
      labels: { host: "a,b", empty: "" },
    });
  });

  it.each(["cpu.load", "cpu{host}", "cpu{host=a", "cpu{host=a} 3", "cpu{a=1,a=2}", "c p{a=1}"])(
    "is refused: %s",
    (text) => expect(() => parseSeries(text)).toThrow(/names no series/),
  );

  it("is asked for by all of its labels but those that the server adds", () => {
    const one = { className: "c", labels: { host: "a", ".app": "x" }, attributes: {} };
    expect(isAskedFor({ host: "a" }, "c", one)).toBe(true);
    expect(isAskedFor({ host: "a", ".app": "x" }, "c", one)).toBe(true);
    expect(isAskedFor({ host: "a", ".app": "y" }, "c", one)).toBe(false);
    expect(isAskedFor({}, "c", one)).toBe(false);
    expect(isAskedFor({ host: "a", rack: "1" }, "c", one)).toBe(false);
    expect(isAskedFor({ host: "a" }, "d", one)).toBe(false);
  });
});

describe("a time", () => {
  const ms = BigInt(Date.UTC(2025, 10, 3, 10, 0, 0));

  it("is an integer of the unit, or ISO 8601 to the unit's last digit", () => {
    expect(parseTime("-5", "ns")).toBe(-5n);
    expect(parseTime("1762164000000000", "us")).toBe(1762164000000000n);
    expect(parseTime("2025-11-03T10:00:00Z", "us")).toBe(ms * 1000n);
    expect(parseTime("2025-11-03T10:00Z", "ms")).toBe(ms);
    expect(parseTime("2025-11-03", "ms")).toBe(ms - 36_000_000n);
    expect(parseTime("2025-11-03T10:00:00.000001Z", "us")).toBe(ms * 1000n + 1n);
    expect(parseTime("2025-11-03T10:00:00.123456789Z", "ns")).toBe(ms * 1_000_000n + 123456789n);
    expect(parseTime("1969-12-31T23:59:59.5Z", "ms")).toBe(-500n);
  });

  it("is refused in another form, and where the unit cannot hold it", () => {
    expect(() => parseTime("2025-11-03T10:00:00.0000001Z", "us")).toThrow(/finer than/);
    for (const text of [
      "",
      "3rd of May",
      "2025-13-01",
      "2025-11-03T10:00:00",
      "1.5",
      "9".repeat(20),
    ])
      expect(() => parseTime(text, "us")).toThrow(/is no time/);
  });
});
