// The program behind `npm run sim -- warp10|cellar`: serves a stand-in on loopback until it is
// interrupted.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TimeUnit } from "../src/warp10/range.ts";
import { isMain } from "../scripts/main-module.ts";
import { startProxy } from "./proxy/proxy.ts";
import { parseScript, type ProxyFault } from "./proxy/script.ts";
import { startWarp10 } from "./warp10/server.ts";
import type { TokenSpecs } from "./warp10/tokens.ts";

const USAGE = `usage: npm run sim -- warp10 [--port N] [--unit ms|us|ns] [--tokens FILE]
       npm run sim -- proxy --to URL [--port N] [--script FILE] [--seed S]
       npm run sim -- cellar [--port N] [--bucket NAME]... [--access-key ID --secret-key KEY]

Serves until interrupted. The first line on stdout is {"url": "..."}.
FILE is of the form of test/conformance/warp10/tokens.json: tokens by name, each token's text being
its name.
A proxy's FILE holds a list of faults: docs/safety.md, "The fault proxy".
Without a FILE the tokens of sim/warp10/tokens.json count (READ, WRITE, PROBE, ...).`;

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

class UsageError extends Error {}

/** Starts what the arguments name. Throws a UsageError. */
async function start(args: readonly string[]): Promise<Served> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: "string", default: "0" },
      unit: { type: "string", default: "us" },
      tokens: { type: "string" },
      bucket: { type: "string", multiple: true },
      "access-key": { type: "string" },
      "secret-key": { type: "string" },
      to: { type: "string" },
      script: { type: "string" },
      seed: { type: "string", default: "1" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port: not a port: ${values.port}`);
  }
  switch (positionals.length === 1 ? positionals[0] : undefined) {
    case "warp10":
      return startWarp10({ port, unit: unitOf(values.unit), tokens: tokensOf(values.tokens) });
    case "proxy":
      return startProxy({
        to: addressOf(values.to),
        port,
        script: scriptOf(values.script),
        seed: Number(values.seed),
      });
    case "cellar": {
      const { startCellar } = await import("./cellar/server.ts");
      return startCellar({
        port,
        ...(values.bucket === undefined ? {} : { buckets: values.bucket }),
        ...(values["access-key"] === undefined ? {} : { accessKeyId: values["access-key"] }),
        ...(values["secret-key"] === undefined ? {} : { secretAccessKey: values["secret-key"] }),
      });
    }
    default:
      throw new UsageError("which of the three: warp10, cellar or proxy?");
  }
}

function addressOf(text: string | undefined): string {
  if (text !== undefined && /^http:\/\/[^/]+\/?$/.test(text)) return text;
  throw new UsageError(`--to: expected http://HOST:PORT of the server, not ${text ?? "nothing"}`);
}

function scriptOf(file: string | undefined): ProxyFault[] {
  if (file === undefined) return [];
  try {
    return parseScript(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--script: cannot read ${file}: ${why}`);
  }
}

function unitOf(text: string): TimeUnit {
  if (text === "ms" || text === "us" || text === "ns") return text;
  throw new UsageError(`--unit: ${text} is none of ms, us, ns`);
}

function tokensOf(file: string | undefined): TokenSpecs {
  const path = file ?? new URL("./warp10/tokens.json", import.meta.url);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as TokenSpecs;
  } catch (error) {
    throw new UsageError(`--tokens: cannot read ${String(path)}: ${String(error)}`);
  }
}

async function main(): Promise<void> {
  let served: Served;
  try {
    served = await start(process.argv.slice(2));
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof TypeError;
    const message = error instanceof Error ? error.message : "";
    process.stderr.write(`${message === "" ? String(error) : message}\n`);
    if (usage) process.stderr.write(`\n${USAGE}\n`);
    process.exit(usage ? 2 : 1);
  }
  process.stdout.write(`${JSON.stringify({ url: served.url })}\n`);
  const stop = (): void => void served.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

if (isMain(import.meta.url)) await main();
