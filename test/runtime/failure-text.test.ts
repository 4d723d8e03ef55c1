// A failure as people read it, and as programs do.
import { describe, expect, test } from "vitest";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { renderFailure } from "../../src/runtime/failure-text.ts";
import { openLog } from "../../src/runtime/talk.ts";

const PLAIN = { json: false, verbose: false };
const full = new CellarmanError("mismatch", "the archive is wrong", {
  where: "data/f/x",
  hint: "Withdraw the seal.",
  retryable: true,
  cause: new Error("sha"),
});

describe("for people", () => {
  test("a failure is its sentence, its place and what to do next, no stack", () => {
    expect(renderFailure(full, PLAIN)).toBe(
      "error (mismatch): the archive is wrong\n  at data/f/x\n  Withdraw the seal.\n",
    );
  });

  test("a place that the sentence names already is not said twice", () => {
    const error = new CellarmanError("unreadable", "data/f/x cannot be read", {
      where: "data/f/x",
    });
    expect(renderFailure(error, PLAIN)).toBe("error (unreadable): data/f/x cannot be read\n");
  });

  test("--verbose adds the stack and that of the cause", () => {
    const text = renderFailure(full, { json: false, verbose: true });
    expect(text).toContain("failure-text.test.ts");
    expect(text).toContain("caused by Error: sha");
  });

  test("a bug of ours shows its stack unasked, and asks for a report", () => {
    const text = renderFailure(new CellarmanError("internal", "x"), PLAIN);
    expect(text).toContain("please report");
    expect(text).toContain("    at ");
  });
});

describe("for programs", () => {
  test("a failure is one line of JSON with its fields, null where there is nothing", () => {
    const text = renderFailure(full, { json: true, verbose: true });
    expect(text.split("\n")).toHaveLength(2);
    expect(JSON.parse(text)).toEqual({
      schema: "cellarman/error/1",
      error: {
        code: "mismatch",
        message: "the archive is wrong",
        where: "data/f/x",
        hint: "Withdraw the seal.",
        retryable: true,
      },
    });
    const bare = renderFailure(new CellarmanError("limit", "a\nb"), { json: true, verbose: false });
    expect(JSON.parse(bare).error).toMatchObject({ message: "a\nb", where: null, hint: null });
  });
});

describe("talk", () => {
  const said = (talk: "quiet" | "normal" | "verbose"): string => {
    let text = "";
    const log = openLog((more) => (text += more), talk);
    log.info("i");
    log.warn("w");
    log.error("e");
    log.debug("d");
    return text;
  };

  test("quiet leaves errors, normal adds lines and warnings, verbose adds detail", () => {
    expect(said("quiet")).toBe("error: e\n");
    expect(said("normal")).toBe("i\nwarning: w\nerror: e\n");
    expect(said("verbose")).toBe("i\nwarning: w\nerror: e\n  d\n");
  });
});
