// What a person sees of a verb in a run of GitHub Actions.
import { describe, expect, it } from "vitest";
import { annotationLine, annotationLines, group } from "../../../src/report/actions/command.ts";
import { renderForActions } from "../../../src/report/actions/render.ts";
import { CellarmanError, type ErrorCode } from "../../../src/runtime/errors.ts";
import { classOfTitle } from "../../../src/runtime/failure-class.ts";
import { renderFailure } from "../../../src/runtime/failure-text.ts";

const show = (verb: string, exitCode: number, document: object | undefined, stderr = "") =>
  renderForActions({
    verb,
    exitCode,
    stdout: document === undefined ? "" : JSON.stringify(document),
    stderr,
  });

const thrown = (code: ErrorCode, message: string, retryable = false): string =>
  `some talk\n${renderFailure(new CellarmanError(code, message, { hint: "Do it.", retryable }), {
    json: true,
    verbose: false,
  })}`;

/** Titles of the annotations of a level, in order. */
const titles = (commands: string, level = "error"): string[] =>
  [...commands.matchAll(/^::(\w+) (?:.*,)?title=([^:,]+)::/gm)]
    .filter(([, found]) => found === level)
    .map(([, , title = ""]) => title);

describe("a workflow command", () => {
  it("keeps its message on one line and its properties apart", () => {
    const line = annotationLine({
      level: "error",
      title: "a,b:c",
      message: "50%\nof ::set-output name=x::",
      file: "flows/a,b.yaml",
      line: 3,
      column: 7,
    });
    expect(line).toBe(
      "::error file=flows/a%2Cb.yaml,line=3,col=7,title=a%2Cb%3Ac::50%25%0Aof ::set-output name=x::\n",
    );
  });

  it("is cut at 4,096 characters, and counted beyond ten of a level", () => {
    const many = Array.from({ length: 25 }, (_, i) => ({
      level: i % 5 === 0 ? ("notice" as const) : ("error" as const),
      title: "t",
      message: "m".repeat(9_999),
    }));
    const lines = annotationLines(many).trimEnd().split("\n");
    expect(lines.filter((l) => l.startsWith("::error"))).toHaveLength(10);
    expect(lines.filter((l) => l.startsWith("::notice"))).toHaveLength(5);
    expect(lines.some((l) => l.includes("and 11 more: see the log"))).toBe(true);
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThan(4_096 + 40);
  });

  it("holds nothing in a group that the runner could take for a command", () => {
    const text = group("a batch", ["::error::x", "line\n::endgroup::"]);
    expect(text.match(/^\s*::/gm)).toHaveLength(2);
    expect(text.match(/::/g)).toHaveLength(4);
  });
});

describe("a verb that throws", () => {
  it.each<[ErrorCode, boolean, number, string]>([
    ["server", true, 1, "transient"],
    ["network", false, 1, "transient"],
    ["stalled", false, 1, "transient"],
    ["mismatch", false, 4, "mismatch"],
    ["interrupted", false, 130, "interrupted"],
    ["not-authorised", false, 12, "deterministic"],
    ["usage", false, 2, "deterministic"],
    ["blocked", true, 1, "transient"],
    ["internal", false, 1, "deterministic"],
  ])("%s (retryable: %s) is annotated once, as its class", (code, retryable, exit, name) => {
    const { commands, summary } = show("archive", exit, undefined, thrown(code, "why", retryable));
    expect(titles(commands)).toEqual([`cellarman ${name}`]);
    expect(commands).toContain("::why. Do it.\n");
    expect(summary).toContain(`exit code ${exit}`);
  });

  it("annotates each problem of a flow file on its line", () => {
    const problems = "flows/a.yaml:3:1: unknown key nonsense\nflows/b.yaml:7:9: expected P3M";
    const stderr = thrown("flow-invalid", `flow files are not valid:\n${problems}`);
    const { commands } = show("plan", 2, undefined, stderr);
    expect(commands).toContain("::error file=flows/a.yaml,line=3,col=1,title=cellarman determin");
    expect(commands).toContain("file=flows/b.yaml,line=7,col=9,");
    expect(titles(commands)).toHaveLength(3);
  });

  it("is annotated though it said nothing at all", () => {
    expect(titles(show("plan", 137, undefined).commands)).toEqual(["cellarman deterministic"]);
    expect(titles(show("plan", 3, undefined).commands)).toEqual(["cellarman transient"]);
  });
});

describe("a document", () => {
  const archive = (errors: (string | undefined)[]) => ({
    flows: [
      {
        flow: "metrics",
        period: "2025-11",
        batches: errors.map((code, i) => ({
          batch: `aaaaaaaa-0000${i}`,
          ...(code === undefined
            ? { points: "60", bytes: 900 }
            : { error: { code, message: "why", hint: null, retryable: false } }),
        })),
      },
    ],
    failed: errors.filter((code) => code !== undefined).length,
  });

  it("gives a folded group a batch, and no annotation where all is well", () => {
    const { commands, summary } = show("archive", 0, archive([undefined, undefined]));
    const folded = (n: number): string =>
      `::group::metrics 2025-11 aaaaaaaa-0000${n}: done\n` +
      "  done, 60 points, 900 bytes\n::endgroup::\n";
    expect(commands).toBe(folded(0) + folded(1));
    expect(summary).toContain("2 pieces of work done");
  });

  it("carries the class that weighs most first, then each batch's own", () => {
    const { commands } = show("archive", 3, archive(["server", "unreadable", undefined]));
    expect(titles(commands)).toEqual([
      "cellarman deterministic",
      "cellarman transient",
      "cellarman deterministic",
    ]);
    expect(commands).toContain("::archive failed: 2 failures, exit code 3\n");
    expect(commands).toContain("::metrics 2025-11 aaaaaaaa-00000: why\n");
    expect(titles(commands).map((t) => classOfTitle(t))).not.toContain(undefined);
  });

  it("of a quarantine is a mismatch", () => {
    const document = {
      batches: [
        {
          flow: "m",
          period: "2025-11",
          batch: "b",
          outcome: "quarantine",
          differences: ["point 7"],
        },
        { flow: "m", period: "2025-11", batch: "c", outcome: "verified", differences: [] },
      ],
    };
    const { commands } = show("verify", 4, document);
    expect(titles(commands)).toEqual(["cellarman mismatch"]);
    expect(commands).toContain("::m 2025-11 b: quarantine, point 7\n");
  });

  it("of invalid flow files stands on their lines", () => {
    const problems = [{ file: "flows/a.yaml", line: 3, column: 5, message: "unknown key" }];
    const { commands } = show("validate", 2, { files: ["flows/a.yaml"], valid: false, problems });
    expect(commands).toBe(
      "::error file=flows/a.yaml,line=3,col=5,title=cellarman deterministic::unknown key\n",
    );
  });

  it("says what waits elsewhere as a notice", () => {
    const elsewhere = [{ flow: "metrics", batches: 3, since: "2026-03-19T00:00:00.000Z" }];
    const { commands } = show("plan", 0, { flows: [], elsewhere });
    expect(titles(commands, "notice")).toEqual(["cellarman"]);
    expect(commands).toContain("3 batches wait for cellarman purge, oldest since 2026-03-19");
  });

  it("of another shape is no error of its own", () => {
    expect(show("doctor", 0, { flows: "several", batches: 7 })).toEqual({
      commands: "",
      summary: "",
    });
  });
});

it("shows the text that a verb wrote itself as the summary, and each problem on its line", () => {
  const problem = { level: "error", file: "flows/m.yaml", line: 4, column: 11, message: "no" };
  const { commands, summary } = show("review", 1, {
    markdown: "## Cellarman: refused\n",
    problems: [problem],
    notices: ["no comment on a pull request from a fork"],
  });
  expect(summary).toBe("## Cellarman: refused\n");
  expect(commands).toMatch(/^::error .*file=flows\/m\.yaml,.*line=4/m);
  expect(commands).toMatch(/^::notice .*::no comment on a pull request from a fork$/m);
});
