// The how-to pages: what a reader must replace is said, and what they show exists. That they work
// is proven where a real store is at hand (test/real/).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { POINT_COLUMNS } from "../../src/archive/parquet/format.ts";
import { manifestRecord, sealRecord } from "../../src/ledger/records.ts";

const page = (name: string): string =>
  readFileSync(new URL(`../../docs/how-to/${name}.md`, import.meta.url), "utf8");
const blocksOf = (text: string): string[] =>
  [...text.matchAll(/^```(?:sql|sh)\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);

describe.each(["query-the-archive", "restore-without-cellarman"])("%s", (name) => {
  const text = page(name);

  it("says of every placeholder what to replace it by", () => {
    const used = blocksOf(text).flatMap((b) => b.match(/\$[A-Z][A-Z0-9_]*/g) ?? []);
    expect(used.length).toBeGreaterThan(5);
    const table = text.split("\n").filter((line) => line.startsWith("| `$"));
    const said = table.flatMap((line) => line.split("|")[1]?.match(/\$[A-Z][A-Z0-9_]*/g) ?? []);
    expect(new Set(said)).toEqual(new Set(used));
  });

  it("speaks of no path or token that is not the reader's", () => {
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|\/home\/|\/work\//);
  });
});

it("the restore turns every column of a point into text", () => {
  const [copy = ""] = blocksOf(page("restore-without-cellarman")).filter((b) =>
    b.includes("copy ("),
  );
  for (const { name } of POINT_COLUMNS) expect(copy).toMatch(new RegExp(`\\b${name}\\b`));
});

it("the query page describes every column", () => {
  for (const { name } of POINT_COLUMNS) {
    expect(page("query-the-archive")).toMatch(new RegExp(`^\\|.*\`${name}\``, "m"));
  }
});

it("the restore reads fields that seals and manifests have", () => {
  const [seals = "", , objects = ""] = blocksOf(page("restore-without-cellarman")).slice(1);
  const fieldsOf = (block: string): string[] =>
    [...block.matchAll(/^\s{2,}(.*): 'varchar.*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/(\w+): '/g)].map(([, field = ""]) => field),
    );
  expect(fieldsOf(seals)).not.toHaveLength(0);
  for (const field of fieldsOf(seals)) expect(sealRecord.shape).toHaveProperty(field);
  for (const field of fieldsOf(objects)) expect(manifestRecord.shape).toHaveProperty(field);
});
