// The archive lies open: DuckDB queries it in the real bucket by what docs/ says, and what was
// purged goes back into an empty Warp 10 by the documented SQL and curl alone, equal to what was
// there, line by line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { awkwardLines, ordinaryLines } from "./support/awkward.ts";
import { type Block, blocksOf } from "./support/blocks.ts";
import { openDuck, rows } from "./support/duckdb.ts";
import { exportLines } from "./support/lines.ts";
import { HOT_NAME, hotKind } from "./support/hot.ts";
import { DAY_MS, RealWorld } from "./support/real-world.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

describe(`the archive in the real bucket, after a purge from ${HOT_NAME[hotKind()]}`, () => {
  let world: RealWorld;
  let duck: DuckDBConnection;
  let work: string;
  let before: string[];
  const home = process.cwd();

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "cellarman-sql-"));
    duck = await openDuck();
    world = await RealWorld.start({ archiveFolder: "cold/par" });
    before = await purgedWithLatePoints();
    await writeFile(
      join(work, "cellarman"),
      `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@" \\\n` +
        `  --flows '${world.flows}' --flows-are-authoritative\n`,
    );
    await chmod(join(work, "cellarman"), 0o755);
    // The pages' files are where the reader works.
    process.chdir(work);
  });
  afterAll(async () => {
    process.chdir(home);
    duck?.closeSync();
    await world?.close();
    await rm(work, { recursive: true, force: true });
  });

  const expectRun = async (code: number, ...argv: string[]): Promise<string> => {
    const said = await world.run(...argv);
    expect({ argv, code: said.code, said }).toMatchObject({ argv, code });
    return said.stdout;
  };

  /** Archives, rewrites and adds a point, archives once more, purges; what was there. */
  async function purgedWithLatePoints(): Promise<string[]> {
    const { prefix, range, hot } = world;
    const minute = UNITS_PER_MS[hot.unit] * 60_000n;
    const lines = (): Promise<string[]> => exportLines(hot.url, hot.tokens.plain, prefix, range);
    await world.update([...awkwardLines(prefix, range), ...ordinaryLines(prefix, range, minute)]);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY_MS);
    await world.update([
      `${range.start}// ${prefix}cpu{host=a,cpu=0} 424242`,
      `${range.start + 1n}// ${prefix}cpu{host=a,cpu=0} 1.5`,
    ]);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("late");
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY_MS);
    await expectRun(0, "plan");
    const there = await lines();
    await expectRun(0, "purge");
    expect(await lines()).toEqual([]);
    return there;
  }

  const values = (): Record<string, string> => {
    const { url, accessKeyId, secretAccessKey } = world.store;
    return {
      FLOW: "world",
      VIEW: "cellarman_world",
      PERIOD: world.period,
      ARCHIVE: `s3://${world.bucket}/${world.archiveFolder}`,
      ENDPOINT: new URL(url).host,
      USE_SSL: String(url.startsWith("https:")),
      KEY_ID: accessKeyId,
      SECRET: secretAccessKey,
      WARP10: world.hot.empty.url,
      WRITE_TOKEN: world.hot.empty.write,
    };
  };

  /** The page's queries are for microseconds, and it says what to write for other units. */
  function inUnit({ language, text }: Block): Block {
    const dated = { us: "make_timestamp", ms: "epoch_ms", ns: "make_timestamp_ns" }[world.hot.unit];
    return { language, text: text.replaceAll("make_timestamp(", `${dated}(`) };
  }

  /** Runs one block as a reader would; the rows of a query. */
  async function follow({ language, text }: Block): Promise<Record<string, unknown>[]> {
    if (language === "sql") return rows(duck, text);
    expect(language).toBe("sh");
    const env = { ...process.env, ...world.processEnv(), PATH: `${work}:${process.env["PATH"]}` };
    const shell = spawn("sh", ["-euc", text], { env, stdio: ["ignore", "inherit", "inherit"] });
    expect(await once(shell, "exit")).toEqual([0, null]);
    return [];
  }

  const sumOf = (view: string): Promise<Record<string, unknown>[]> =>
    rows(duck, `select count(*) as points, bit_xor(hash(v))::varchar as sum from ${view} v`);

  it("is queried in place by docs/how-to/query-the-archive.md", async () => {
    const [secret, list, ...queries] = blocksOf("how-to/query-the-archive.md", values());
    if (!secret || !list) throw new Error("the page has too few blocks");
    await follow(secret);
    await follow(list);
    await duck.run(await readFile("archive.sql", "utf8"));
    expect(queries).toHaveLength(3);
    const [total, hourly, newest] = await Promise.all(queries.map(inUnit).map(follow));
    const points = total?.reduce((n, row) => n + Number(row["points"]), 0);
    expect(points).toBe(before.length);
    expect(new Set(total?.map((row) => row["period"]))).toEqual(new Set([world.period]));
    expect(hourly?.length).toBeGreaterThan(20);
    const series = new Set(before.map((line) => line.split(" ")[1]));
    expect(newest?.length).toBe(series.size);
  });

  it("shows a rewritten value and a late point as they are, not as they were", async () => {
    const { prefix, range } = world;
    const found = await rows(
      duck,
      `select "timestamp"::varchar as at, "long"::varchar as long, double from cellarman_world
       where class = '${prefix}cpu' and (labels->>'host') = 'a'
         and "timestamp" <= ${range.start + 1n}
       order by "timestamp"`,
    );
    expect(found).toEqual([
      { at: String(range.start), long: "424242", double: null },
      { at: String(range.start + 1n), long: null, double: 1.5 },
    ]);
  });

  it("goes back by docs/how-to/restore-without-cellarman.md, equal line by line", async () => {
    const { hot, prefix, range } = world;
    const listed = await sumOf("cellarman_world");
    await hot.fence?.(undefined);
    const blocks = blocksOf("how-to/restore-without-cellarman.md", {
      ...values(),
      VIEW: "by_hand",
    });
    const answers = [];
    for (const block of blocks) answers.push({ block, found: await follow(block) });
    const check = answers.find(({ block }) => block.text.includes("sha256(there.content)"));
    expect(check?.found).toEqual([]);
    expect(answers.at(-1)?.found).toEqual([{ points: BigInt(before.length) }]);
    expect(await sumOf("by_hand")).toEqual(listed);
    const restored = await exportLines(hot.empty.url, hot.empty.read, prefix, range);
    expect(restored).toEqual(before);
  });
});
