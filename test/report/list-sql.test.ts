// The script that makes DuckDB's view: exactly the sealed objects, and a cost only where seals
// meet.
import { describe, expect, it } from "vitest";
import { POINT_COLUMNS } from "../../src/archive/parquet/format.ts";
import { listSql, viewName } from "../../src/report/list-sql.ts";
import type { SealedAttempt, SealedPeriod } from "../../src/report/sealed.ts";
import { hexHash } from "../support/values.ts";

const archive = {
  s3: "https://store.example.net",
  bucket: "cold",
  prefix: "c2/x",
  accessKeyId: { env: "ID" },
  secretAccessKey: { env: "KEY" },
};

const attempt = (key: string, rank?: number): SealedAttempt => ({
  batch: "b",
  seal: `seals/${key}`,
  objects: [
    { key: `data/f/period=2025-11/b/${key}.parquet`, bytes: 1, sha256: hexHash(1), rows: 1 },
  ],
  rank,
  isHfile: false,
});

function sqlOf(attempts: readonly SealedAttempt[], wrong: SealedPeriod["wrong"] = []): string {
  const periods = [{ period: "2025-11", attempts, wrong }];
  return listSql({ flow: "c2-by-app", archive, periods, command: "cellarman list", now: "now" });
}

const urlsOf = (sql: string): string[] => [...sql.matchAll(/'(s3:[^']+)'/g)].map(([, u = ""]) => u);

describe("listSql", () => {
  it("names every object once, by its whole address, and nothing by a pattern", () => {
    expect(urlsOf(sqlOf([attempt("a"), attempt("b", 1), attempt("c", 2)]))).toEqual([
      "s3://cold/c2/x/data/f/period=2025-11/b/a.parquet",
      "s3://cold/c2/x/data/f/period=2025-11/b/c.parquet",
      "s3://cold/c2/x/data/f/period=2025-11/b/b.parquet",
    ]);
  });

  it("sorts out rows only where several seals may hold one point", () => {
    expect(sqlOf([attempt("a"), attempt("b")])).not.toMatch(/qualify|seal_rank/);
    const sql = sqlOf([attempt("a"), attempt("b", 1), attempt("c", 2)]);
    const [alone = "", met = ""] = sql
      .slice(sql.indexOf("create or replace view"))
      .split("exclude");
    expect(urlsOf(alone)).toHaveLength(1);
    expect(urlsOf(met)).toHaveLength(2);
    expect(met).toContain('partition by class, labels, "timestamp" order by seal_rank desc');
  });

  it("gives an empty archive a view with the same columns", () => {
    const sql = sqlOf([]);
    for (const { name } of POINT_COLUMNS) expect(sql).toContain(`as "${name}"`);
    expect(sql).toContain("where false");
  });

  it("holds no secret, and says what it lacks", () => {
    const sql = sqlOf([attempt("a")], [{ seal: "seals/x", why: "it is\ngone" }]);
    expect(sql).toContain("-- WRONG seals/x: it is gone\n");
    expect(sql).toContain("endpoint 'store.example.net', url_style 'path', use_ssl true");
    const code = sql.split("\n").filter((line) => !line.startsWith("--"));
    expect(code.join("\n")).not.toContain("secret");
  });

  it("makes a name of the flow's that needs no quotes", () => {
    expect(viewName("c2-by-app")).toBe("cellarman_c2_by_app");
  });
});
