// DuckDB that can read the bucket where it lies. Its npm package has no httpfs inside; the
// extension comes, once, from PyPI by pip, else from DuckDB's own server. Both must be of one
// version.
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/duckdb", import.meta.url));

/** A connection with httpfs loaded; `CELLARMAN_REAL_HTTPFS` may name the extension's file. */
export async function openDuck(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { allow_unsigned_extensions: "true" });
  const duck = await instance.connect();
  const [version] = (await rows(duck, "select version() as v")).map(({ v }) => String(v));
  const file = extensionFile((version ?? "").replace(/^v/, ""));
  await duck.run(file === undefined ? "install httpfs; load httpfs" : `load '${file}'`);
  return duck;
}

/** The extension's file; undefined where only DuckDB itself can get it. */
function extensionFile(version: string): string | undefined {
  const named = process.env["CELLARMAN_REAL_HTTPFS"];
  if (named) return named;
  const kept = join(CACHE, version, "httpfs.duckdb_extension");
  if (existsSync(kept)) return kept;
  mkdirSync(join(CACHE, version), { recursive: true });
  const work = mkdtempSync(join(CACHE, "new-"));
  try {
    const python = (...args: string[]): void => {
      const stdio = ["ignore", "ignore", "inherit"] as const;
      execFileSync("python3", ["-m", ...args], { cwd: work, stdio: [...stdio] });
    };
    python("pip", "download", "--quiet", "--no-deps", `duckdb-extension-httpfs==${version}`);
    const [wheel = ""] = globSync("*.whl", { cwd: work });
    python("zipfile", "-e", wheel, ".");
    const [found = ""] = globSync("**/httpfs.duckdb_extension", { cwd: work });
    renameSync(join(work, found), kept);
    return kept;
  } catch {
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All rows of the last of some statements, by column. */
export async function rows(
  duck: DuckDBConnection,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const reader = await duck.runAndReadAll(sql);
  return reader.getRowObjects();
}
