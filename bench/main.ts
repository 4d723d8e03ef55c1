// npm run bench -- NAME [--small] [--json]: measures one thing beside its peers, in one run.
import { isMain } from "../scripts/main-module.ts";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Bench, type BenchOptions, loadNow, renderFigures } from "./figures.ts";

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
  reads: {
    about: "how often a purged point is read from hot",
    load: async () => (await import("./reads.ts")).benchReads,
  },
};

function usage(): string {
  const names = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`);
  return `usage: npm run bench -- NAME [--small] [--json]\n\n${names.join("\n")}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      small: { type: "boolean", default: false },
    },
  });
  const [name = ""] = positionals;
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench || positionals.length !== 1) {
    process.stderr.write(usage());
    return 2;
  }
  const options: BenchOptions = {
    small: values.small,
    tell: (line) => process.stderr.write(`${line}\n`),
  };
  const loadBefore = loadNow();
  const measure = await bench.load();
  const tables = await measure(options);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}`;
  const load = { before: loadBefore, after: loadNow() };
  if (values.json) {
    const document = {
      schema: "cellarman/bench/1",
      name,
      small: values.small,
      machine,
      load,
      tables,
    };
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return 0;
  }
  process.stdout.write(tables.map(renderFigures).join("\n"));
  process.stdout.write(`\n${machine}; load ${load.before} before, ${load.after} after\n`);
  return 0;
}

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
