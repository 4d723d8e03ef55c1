// One invocation: parse → call → render → exit code (design §7). Data on stdout, talk on stderr.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../src/main.ts";
import { CellarmanError } from "../src/runtime/errors.ts";
import { VERSION } from "../src/runtime/version.ts";
import { COMMON_OPTIONS, VERBS } from "../src/verbs/table.ts";
import type { Io } from "../src/verbs/verb.ts";
import { edited, GOOD } from "./flow/flows.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cellarman-main-"));
  writeFileSync(join(folder, "good.yaml"), GOOD);
  writeFileSync(join(folder, "bad.yaml"), edited("first: 2025-11", "first: 2025-13"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function say(argv: readonly string[], more: Partial<Io> = {}): Promise<Said> {
  let [stdout, stderr] = ["", ""];
  const code = await main(argv, {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    env: { get: () => undefined },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    ...more,
  });
  return { code, stdout, stderr };
}

describe("help", () => {
  test.each([["--help"], ["help"]])("%s lists every verb on stdout and is done", async (word) => {
    const { code, stdout, stderr } = await say([word]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const verb of Object.keys(VERBS))
      expect(stdout).toMatch(new RegExp(`^  ${verb} +\\S`, "m"));
  });

  test("without a verb is shown, but nothing was done", async () => {
    const { code, stdout } = await say([]);
    expect([code, stdout]).toEqual([2, (await say(["--help"])).stdout]);
  });

  test.each(Object.keys(VERBS))(
    "of %s shows an example that begins with it, and all its options",
    async (verb) => {
      const { code, stdout } = await say([verb, "--help"]);
      expect(code).toBe(0);
      const spec = VERBS[verb];
      expect(spec?.example.startsWith(`cellarman ${verb}`)).toBe(true);
      expect(spec?.usage.startsWith(verb)).toBe(true);
      expect(stdout).toContain(spec?.example);
      const names = [...Object.keys(spec?.options ?? {}), ...Object.keys(COMMON_OPTIONS)];
      for (const name of names) expect(stdout).toContain(`  --${name}`);
      expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    },
  );

  test("no option of a verb has the name of a common one", () => {
    for (const { options } of Object.values(VERBS)) {
      expect(Object.keys(options).filter((name) => name in COMMON_OPTIONS)).toEqual([]);
    }
  });
});

test("--version is the version of the package", async () => {
  const { default: json } = await import("../package.json", { with: { type: "json" } });
  expect(await say(["--version"])).toEqual({
    code: 0,
    stdout: `cellarman ${VERSION}\n`,
    stderr: "",
  });
  expect(VERSION).toBe(json.version);
});

describe("a wrong command line is exit 2, and says what would be right", () => {
  test.each([
    ["no such verb", ["purgee"], "Did you mean cellarman purge?"],
    ["nothing like a verb", ["xyz"], "cellarman help lists all verbs"],
    ["a name of Object's", ["constructor"], "there is no verb"],
    ["an unknown option", ["plan", "--perid", "2025-11"], "cellarman plan --help"],
    ["another verb's option", ["plan", "--reason", "x"], "cellarman plan --help"],
    ["an option without its value", ["plan", "--period"], "cellarman plan --help"],
    ["a flag with a value", ["plan", "--quiet=yes"], "cellarman plan --help"],
    ["no such folder", ["validate", "--flows", "nowhere"], "say --flows DIR"],
    ["no such file", ["validate", "nowhere.yaml"], "nowhere.yaml"],
  ])("%s", async (_, argv, hint) => {
    const { code, stdout, stderr } = await say(argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error (usage)");
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain("    at ");
  });

  test("with --json it is one JSON object on stderr, and stdout stays empty", async () => {
    const { code, stdout, stderr } = await say(["plan", "--perid", "x", "--json"]);
    expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
    expect(JSON.parse(stderr)).toEqual({
      schema: "cellarman/error/1",
      error: {
        code: "usage",
        message: "plan: Unknown option '--perid'",
        where: null,
        hint: "cellarman plan --help",
        retryable: false,
      },
    });
  });

  test("--verbose shows the stack as well", async () => {
    expect((await say(["plan", "--perid", "x", "--verbose"])).stderr).toContain("    at ");
  });
});

describe("a verb", () => {
  test("says its text on stdout", async () => {
    const said = await say(["validate", join(folder, "good.yaml")]);
    expect(said).toEqual({ code: 0, stdout: "1 flow file valid.\n", stderr: "" });
  });

  test("with --json says one document that names its schema and exit code", async () => {
    const { code, stdout, stderr } = await say(["validate", join(folder, "bad.yaml"), "--json"]);
    expect([code, stderr]).toEqual([2, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "cellarman/validate/1",
      exitCode: 2,
      valid: false,
      problems: [{ path: "period.first" }],
    });
  });

  test("that an invalid flow stops ends with 2 and every problem", async () => {
    const { code, stderr } = await say(["plan", "--flows", folder]);
    expect(code).toBe(2);
    expect(stderr).toContain("error (flow-invalid)");
    expect(stderr).toContain("bad.yaml");
  });

  test("that a signal stopped ends with 130, whatever it had found", async () => {
    const controller = new AbortController();
    controller.abort(new CellarmanError("interrupted", "stopped by SIGINT"));
    const said = await say(["validate", join(folder, "good.yaml")], { signal: controller.signal });
    expect([said.code, said.stdout]).toEqual([130, ""]);
    expect(said.stderr).toContain("stopped by SIGINT");
  });

  test("every verb of the table can be loaded", async () => {
    for (const { load } of Object.values(VERBS)) expect(await load()).toHaveProperty("run");
  });
});
