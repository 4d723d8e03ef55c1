// Proof that the linter's rules bite: each is broken once, in a folder of its own, and must be
// reported.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOWED } from "./allowed.ts";
import { PLANTED } from "./planted.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const COPIED = [".oxlintrc.json", "tsconfig.json", "package.json", "scripts/oxlint-house"];

const folder = mkdtempSync(join(tmpdir(), "cellarman-lint-"));
const reported = new Map<string, string[]>();

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** Runs the linter in `folder`; resolves to its report, whatever its exit status. */
async function lint(): Promise<string> {
  const script = join(ROOT, "node_modules/oxlint/bin/oxlint");
  return await new Promise((resolve) => {
    const args = [script, "-f", "unix", "src", "sim", "test"];
    execFile(
      process.execPath,
      args,
      { cwd: folder, maxBuffer: 1 << 26 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}

beforeAll(async () => {
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  for (const { file, text } of [...ALLOWED, ...PLANTED]) plant(file, text);
  for (const line of (await lint()).split("\n")) {
    const [, file, rule] = /^(.+?):\d+:\d+: .*\((?:[\w-]+\/)?([\w-]+)\)\]$/.exec(line) ?? [];
    if (file !== undefined && rule !== undefined) {
      reported.set(file, [...(reported.get(file) ?? []), rule]);
    }
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the linter", () => {
  it.each(PLANTED)("sees $rule broken in $file", ({ file, rule }) => {
    expect(reported.get(file) ?? []).toContain(rule);
  });

  it.each(ALLOWED)("lets $file be", ({ file }) => {
    expect(reported.get(file) ?? []).toEqual([]);
  });
});
