// `npm run build`: dist/action.js and dist/cli.js, each one file within a budget, with the licences
// of what is in them. `npm run build -- --check`: builds anew, elsewhere, and compares with dist/.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { OutputChunk } from "rolldown";
import configs from "../rolldown.config.ts";
import { noticesFor, packagesOf } from "./build/notices.ts";
import { isMain } from "./main-module.ts";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

/**
 * What each of the two files may weigh; raise it knowingly, for a reason. Of 3 MB undici is 1.2,
 * the tool itself 1, YAML, zod, calendars and Parquet the rest.
 */
const BUDGET_BYTES = 4 * 1024 * 1024;

/** Modules of a chunk that are files of the disk. */
const filesOf = (chunk: OutputChunk): string[] =>
  chunk.moduleIds.filter((id) => !id.startsWith("\0"));

/** Builds into an empty folder. Throws where a program becomes more than one file. */
async function buildInto(folder: string): Promise<void> {
  const chunks: OutputChunk[] = [];
  for (const { output, ...input } of configs) {
    const bundle = await rolldown({ ...input, cwd: ROOT });
    const written = await bundle.write({ ...output, dir: folder });
    await bundle.close();
    const [chunk, ...others] = written.output;
    if (others.length > 0) throw new Error(`${chunk.fileName} is not alone: ${others.length} more`);
    chunks.push(chunk);
  }
  const notices = noticesFor(packagesOf(chunks.flatMap(filesOf)));
  writeFileSync(join(folder, "THIRD_PARTY_NOTICES"), notices);
}

const namesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();

const kib = (bytes: number): string => String(Math.ceil(bytes / 1024)).padStart(7);

/** Says what each file weighs; whether the programs keep to their budgets. */
function withinBudgets(): boolean {
  const sizes = namesIn(DIST).map((name) => ({ name, bytes: statSync(join(DIST, name)).size }));
  for (const { name, bytes } of sizes) process.stdout.write(`${kib(bytes)} KiB  dist/${name}\n`);
  const heavy = sizes.filter(({ name, bytes }) => name.endsWith(".js") && bytes > BUDGET_BYTES);
  for (const { name } of heavy) {
    process.stderr.write(`dist/${name} passes its budget of ${kib(BUDGET_BYTES).trim()} KiB\n`);
  }
  return heavy.length === 0;
}

const digestOf = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

/** Files of `dist` that are not what the sources build, and files that are missing or too many. */
export function strangers(dist: string, built: string): string[] {
  const [there, wanted] = [namesIn(dist), namesIn(built)];
  return [...new Set([...there, ...wanted])].filter(
    (name) =>
      !there.includes(name) ||
      !wanted.includes(name) ||
      digestOf(join(dist, name)) !== digestOf(join(built, name)),
  );
}

/** Builds anew and compares: what a release tag holds must be what its sources build. */
async function check(): Promise<number> {
  const built = mkdtempSync(join(tmpdir(), "cellarman-dist-"));
  try {
    await buildInto(built);
    const strange = strangers(DIST, built);
    for (const name of strange) process.stderr.write(`dist/${name} is not what src/ builds\n`);
    if (strange.length === 0) process.stdout.write("dist/ is what src/ builds\n");
    return strange.length === 0 ? 0 : 1;
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

async function build(): Promise<number> {
  rmSync(DIST, { recursive: true, force: true });
  await buildInto(DIST);
  return withinBudgets() ? 0 : 1;
}

if (isMain(import.meta.url))
  process.exitCode = await (process.argv.includes("--check") ? check() : build());
