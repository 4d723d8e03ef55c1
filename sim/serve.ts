// The program behind `npm run sim -- warp10|cellar|github`: serves a stand-in on loopback until it
// is interrupted.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TimeUnit } from "../src/warp10/range.ts";
import { isMain } from "../scripts/main-module.ts";
import { startWarp10 } from "./warp10/server.ts";
import type { TokenSpecs } from "./warp10/tokens.ts";

const USAGE = `usage: npm run sim -- warp10 [--port N] [--unit ms|us|ns] [--tokens FILE]
       npm run sim -- cellar [--port N] [--bucket NAME]... [--access-key ID --secret-key KEY]
       npm run sim -- github [--port N] [--repository OWNER/REPO]

Serves until interrupted. The first line on stdout is {"url": "..."}.
FILE is of the form of test/conformance/warp10/tokens.json: tokens by name, each token's text being
its name.
Without it the tokens of sim/warp10/tokens.json count (READ, WRITE, PROBE, ...).`;

interface Served {
  readonly url: string;
  /** A token that it takes, where it has one of its own. */
  readonly token?: string;
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
      repository: { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port: not a port: ${values.port}`);
  }
  switch (positionals.length === 1 ? positionals[0] : undefined) {
    case "warp10":
      return startWarp10({ port, unit: unitOf(values.unit), tokens: tokensOf(values.tokens) });
    case "cellar": {
      const { startCellar } = await import("./cellar/server.ts");
      return startCellar({
        port,
        ...(values.bucket === undefined ? {} : { buckets: values.bucket }),
        ...(values["access-key"] === undefined ? {} : { accessKeyId: values["access-key"] }),
        ...(values["secret-key"] === undefined ? {} : { secretAccessKey: values["secret-key"] }),
      });
    }
    case "github": {
      const { startGitHub } = await import("./github/server.ts");
      const { repository } = values;
      return startGitHub({ port, ...(repository === undefined ? {} : { repository }) });
    }
    default:
      throw new UsageError("which of them: warp10, cellar or github?");
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
  const { url, token } = served;
  process.stdout.write(`${JSON.stringify({ url, ...(token === undefined ? {} : { token }) })}\n`);
  const stop = (): void => void served.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

if (isMain(import.meta.url)) await main();
