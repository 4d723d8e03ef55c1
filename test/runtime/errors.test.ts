// Errors and exit codes: unknown means failure (design §7).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  asCellarmanError,
  CellarmanError,
  type ErrorCode,
  EXIT,
  exitCodeOf,
} from "../../src/runtime/errors.ts";

const CODES: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  "flow-invalid": 2,
  "not-authorised": 12,
  "store-missing": 10,
  mismatch: 4,
  "incomplete-read": 1,
  unreadable: 1,
  server: 1,
  network: 1,
  stalled: 1,
  limit: 1,
  blocked: 1,
  disk: 1,
  interrupted: 130,
  internal: 1,
};

describe("exit codes", () => {
  test.each(Object.entries(CODES) as [ErrorCode, number][])("%s ends with %i", (code, exit) => {
    expect(exitCodeOf(new CellarmanError(code, "x"))).toBe(exit);
  });

  test.each([new Error("x"), new TypeError("x"), "x", undefined, null, { code: "usage" }])(
    "what is no error of ours is failure: %s",
    (thrown) => {
      expect(exitCodeOf(thrown)).toBe(1);
    },
  );

  test("are all different, none but success is 0, and the page names each", () => {
    const codes = Object.values(EXIT);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => code === 0)).toEqual([EXIT.done]);
    const page = readFileSync(
      new URL("../../docs/reference/exit-codes.md", import.meta.url),
      "utf8",
    );
    // 5, "changes found", is no verb's yet.
    const said = codes.filter((code) => code !== EXIT.changes);
    for (const code of said) expect(page).toMatch(new RegExp(`\\| *\`?${code}\`? *\\|`));
  });
});

describe("an error", () => {
  test("is not retryable unless it says so", () => {
    expect(new CellarmanError("network", "x").retryable).toBe(false);
    expect(new CellarmanError("network", "x", { retryable: true }).retryable).toBe(true);
  });

  test("keeps its cause, and has none where none was given", () => {
    const cause = new Error("why");
    expect(new CellarmanError("disk", "x", { cause }).cause).toBe(cause);
    expect("cause" in new CellarmanError("disk", "x")).toBe(false);
  });

  test("of ours stays what it is; anything else is an internal one, with its message", () => {
    const ours = new CellarmanError("limit", "x");
    expect(asCellarmanError(ours)).toBe(ours);
    const library = new RangeError("out of range");
    expect(asCellarmanError(library)).toMatchObject({
      code: "internal",
      message: "out of range",
      cause: library,
      retryable: false,
    });
    expect(asCellarmanError("text")).toMatchObject({ code: "internal", message: "text" });
  });
});
