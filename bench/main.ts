// npm run bench -- NAME [--small] [--json] [--source]: measures one thing beside its peers, in one
// run; the bundle, which it builds first, or with --source the sources.
import { isMain } from "../scripts/main-module.ts";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureBundle } from "./child.ts";
import { type Bench, type Figures, loadNow, renderFigures } from "./figures.ts";

/** Every benchmark, by name. */
const BENCHES: Readonly<Record<string, { readonly about: string; load(): Promise<Bench> }>> = {
  archive: {
    about:
      "points/s and memory of archive into a real gateway, beside curl and curl | zstd | rclone",
    load: async () => (await import("./archive.ts")).benchArchive,
  },
  memory: {
    about: "peak memory of archive by the size of a batch",
    load: async () => (await import("./memory.ts")).benchMemory,
  },
  bytes: {
    about: "bytes a point and the speed of each step, beside zstd and pyarrow",
    load: async () => (await import("./bytes.ts")).benchBytes,
  },
  verify: {
    about: "points/s of verify and of the gate",
    load: async () => (await import("./verify.ts")).benchVerify,
  },
  overhead: {
    about: "wall, CPU, memory and requests of 1,000 and 10,000 tiny batches, beside xargs curl",
    load: async () => (await import("./overhead.ts")).benchOverhead,
  },
  "hand-over": {
    about: "MiB/s and memory of bringing one large HFile into a real gateway, in each mode",
    load: async () => (await import("./hand-over.ts")).benchHandOver,
  },
  legs: {
    about: "time and GitHub API calls of a run whose 1,020 batches in 50 legs are all done",
    load: async () => (await import("./legs.ts")).benchLegs,
  },
  reads: {
    about: "how often a purged point is read from hot",
    load: async () => (await import("./reads.ts")).benchReads,
  },
};

function usage(): string {
  const names = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`);
  const options = "[--small] [--json] [--source]";
  return `usage: npm run bench -- NAME ${options}\n\n${names.join("\n")}\n`;
}

/** What was measured where, and how busy the machine was besides. */
interface Setting {
  readonly program: string;
  readonly machine: string;
  readonly load: { readonly before: number; readonly after: number };
}

async function main(args: readonly string[]): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: flag, small: flag, source: flag },
  });
  const [name = ""] = positionals;
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench || positionals.length !== 1) {
    process.stderr.write(usage());
    return 2;
  }
  const { small, source, json } = values;
  if (!source) measureBundle();
  const before = loadNow();
  const measure = await bench.load();
  const tables = await measure({ small, tell: (line) => process.stderr.write(`${line}\n`) });
  const setting: Setting = {
    program: source ? "src/cli.ts" : "dist/cli.js",
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}`,
    load: { before, after: loadNow() },
  };
  const document = { schema: "cellarman/bench/1", name, small, ...setting, tables };
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : renderAll(tables, setting));
  return 0;
}

function renderAll(tables: readonly Figures[], { program, machine, load }: Setting): string {
  const setting = `${program} on ${machine}; load ${load.before} before, ${load.after} after`;
  return `${tables.map(renderFigures).join("\n")}\n${setting}\n`;
}

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
