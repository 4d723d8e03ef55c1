// `npm run build`: dist/cli.js and dist/action.js, with the licences of what is in them, within a
// budget.
import { copyFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import type { OutputChunk } from "rolldown";
import config from "../rolldown.config.ts";
import { noticesFor, packagesOf } from "./build/notices.ts";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
/** What the bundle may weigh, by kind of file; raise it knowingly, for a reason. */
const BUDGETS_BYTES = { ".js": 3 * 1024 * 1024, ".wasm": 6 * 1024 * 1024 };

/** Modules of a chunk that are files of the disk. */
const filesOf = (chunk: OutputChunk): string[] =>
  chunk.moduleIds.filter((id) => !id.startsWith("\0"));

/** Packages in WebAssembly read a file beside themselves: it goes beside the chunk they are in. */
function copyWasm(chunk: OutputChunk): void {
  const folders = filesOf(chunk)
    .filter((id) => id.includes("node_modules"))
    .map(dirname);
  for (const folder of new Set(folders)) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".wasm"))) {
      copyFileSync(join(folder, name), join(DIST, dirname(chunk.fileName), name));
    }
  }
}

interface Sized {
  readonly name: string;
  readonly bytes: number;
}

/** Files of the bundle with their sizes, largest first. */
function sizes(): Sized[] {
  return readdirSync(DIST, { recursive: true, encoding: "utf8" })
    .map((name) => ({ name, stats: statSync(join(DIST, name)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ name, stats }) => ({ name, bytes: stats.size }))
    .sort((a, b) => b.bytes - a.bytes);
}

const kib = (bytes: number): string => String(Math.ceil(bytes / 1024)).padStart(7);

function withinBudgets(files: readonly Sized[]): boolean {
  let within = true;
  for (const [ending, budget] of Object.entries(BUDGETS_BYTES)) {
    const all = files.filter(({ name }) => name.endsWith(ending));
    const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
    if (all.length > 0) process.stdout.write(`${kib(bytes)} of ${kib(budget)} KiB in *${ending}\n`);
    if (bytes > budget) within = false;
  }
  if (!within) process.stderr.write("dist/ passes its budget (scripts/build.ts)\n");
  return within;
}

async function build(): Promise<number> {
  const { output, ...input } = config;
  const bundle = await rolldown({ ...input, cwd: ROOT });
  const [options = {}] = [output ?? {}].flat();
  const written = await bundle.write(options);
  await bundle.close();
  const chunks = written.output.filter((part) => part.type === "chunk");
  for (const chunk of chunks) copyWasm(chunk);
  const notices = noticesFor(packagesOf(chunks.flatMap(filesOf)));
  writeFileSync(join(DIST, "THIRD_PARTY_NOTICES"), notices);
  const files = sizes();
  for (const { name, bytes } of files) process.stdout.write(`${kib(bytes)} KiB  dist/${name}\n`);
  return withinBudgets(files) ? 0 : 1;
}

process.exitCode = await build();
