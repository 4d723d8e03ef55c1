// docs/safety.md promises a proof for every hazard: each is there, once, and what it names exists.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(ROOT, "docs", "safety.md"), "utf8");

/** Hazards by group: reliability dossier, section 3. */
const HAZARDS: Readonly<Record<string, number>> = {
  A: 15,
  B: 16,
  C: 11,
  D: 6,
  E: 11,
  F: 8,
  G: 11,
  H: 4,
};
const ids = Object.entries(HAZARDS).flatMap(([group, count]) =>
  Array.from({ length: count }, (_, i) => `${group}${i + 1}`),
);
const rows = [...page.matchAll(/^\| ([A-H]\d+) \|(.*)\|(.*)\|(.*)\|$/gm)];

describe("docs/safety.md", () => {
  it("lists each of the 82 hazards once, in order", () => {
    expect(ids).toHaveLength(82);
    expect(rows.map(([, id]) => id)).toEqual(ids);
  });

  it.each(rows.map(([, id, , , proof]) => [id, proof]))("%s names tests", (_id, proof) => {
    expect([...(proof ?? "").matchAll(/`test\/[^`]+\.test\.ts`/g)].length).toBeGreaterThan(0);
  });

  it("names no file that is not there", () => {
    const named = [...page.matchAll(/`((?:test|src|scripts|docs|sim)\/[^`*{]+\.\w+)`/g)];
    const files = named.map((m) => m[1] ?? "");
    expect(files.length).toBeGreaterThan(80);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it("has its figures, and no gap where one should be", () => {
    expect(page).not.toMatch(/@@|TODO|TBD/);
    expect(page).toMatch(/crash points/);
  });
});

describe("npm run prove", () => {
  const text = readFileSync(join(ROOT, "scripts", "prove.ts"), "utf8");
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );

  it("runs scripts that there are", () => {
    const named = [...text.matchAll(/script: "([^"]+)"/g)].map((m) => m[1] ?? "");
    expect(named.length).toBeGreaterThanOrEqual(9);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("has a job for each proof in the nightly workflow", () => {
    const nightly = readFileSync(join(ROOT, ".github", "workflows", "nightly.yml"), "utf8");
    const [, matrix = ""] = /proof: \[(.+)\]/.exec(nightly) ?? [];
    const proofs = [...text.matchAll(/^ {2}"?([a-z-]+)"?: \{.*$/gm)].map((m) => m[1] ?? "");
    expect(matrix.split(", ").toSorted()).toEqual(proofs.toSorted());
  });
});

/** Every file of a folder, with its text. */
function textsUnder(folder: string): [file: string, text: string][] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|yml)$/.test(file))
    .map((file) => [file, readFileSync(join(ROOT, folder, file), "utf8")]);
}

describe("what its rows rest on", () => {
  const finds = (folder: string, what: RegExp): string[] =>
    textsUnder(folder).flatMap(([file, text]) => (what.test(text) ? [file] : []));

  it("no process is started through a shell", () => {
    expect(finds("src", /\bshell: true|\bexecSync\(|\{ exec \}/)).toEqual([]);
  });

  it("nothing asks for a minimum age at the delete endpoint", () => {
    expect(finds("src", /minage/i)).toEqual([]);
  });

  it("no workflow keeps a cache", () => {
    expect(finds(".github/workflows", /actions\/cache|package-manager-cache: true/)).toEqual([]);
    for (const [file, text] of textsUnder(".github/workflows")) {
      const setups = text.split("actions/setup-node@").length - 1;
      const off = text.split("package-manager-cache: false").length - 1;
      expect({ file, setups }).toEqual({ file, setups: off });
    }
  });
});
