// The program behind `npm run sim -- warp10|cellar|github`: serves a stand-in on loopback until it
// is interrupted.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TimeUnit } from "../src/warp10/range.ts";
import { isMain } from "../scripts/main-module.ts";
import { settingsOf } from "./warp10/hfiles/options.ts";
import type { HfilesOptions } from "./warp10/hfiles/options.ts";
import { startProxy } from "./proxy/proxy.ts";
import { parseScript, type ProxyFault } from "./proxy/script.ts";
import { startWarp10 } from "./warp10/server.ts";
import type { TokenSpecs } from "./warp10/tokens.ts";

const USAGE = `usage: npm run sim -- warp10 [--port N] [--unit ms|us|ns] [--tokens FILE]
                              [--hfiles DIR [--hfiles-option NAME=VALUE]...]
                              [--without stackps|shm]...
       npm run sim -- proxy --to URL [--port N] [--script FILE] [--seed S]
       npm run sim -- cellar [--port N] [--bucket NAME]... [--access-key ID --secret-key KEY]
       npm run sim -- github [--port N] [--repository OWNER/REPO]

Serves until interrupted. The first line on stdout is {"url": "..."}.
FILE is of the form of test/conformance/warp10/tokens.json: tokens by name, each token's text being
its name.
Without it the tokens of sim/warp10/tokens.json count (READ, WRITE, PROBE, ...).
--hfiles: a stand-in of the HFiles extension that writes into DIR and serves it at /hfiles/; its
options are those of sim/warp10/hfiles/options.ts, each VALUE in JSON or plain text
(macroCalls=series, msPerChunk=200, infoNames={"points":"count"}).
--without: an extension that the server does not have.
A proxy's FILE holds a list of faults: docs/safety.md, "The fault proxy".`;

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
      hfiles: { type: "string" },
      "hfiles-option": { type: "string", multiple: true, default: [] },
      without: { type: "string", multiple: true, default: [] },
      bucket: { type: "string", multiple: true },
      "access-key": { type: "string" },
      "secret-key": { type: "string" },
      to: { type: "string" },
      script: { type: "string" },
      seed: { type: "string", default: "1" },
      repository: { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port: not a port: ${values.port}`);
  }
  switch (positionals.length === 1 ? positionals[0] : undefined) {
    case "warp10":
      return startWarp10({
        port,
        unit: unitOf(values.unit),
        tokens: tokensOf(values.tokens),
        ...hfilesOf(values.hfiles, values["hfiles-option"]),
        ...extensionsOf(values.without),
      });
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
    case "github": {
      const { startGitHub } = await import("./github/server.ts");
      const { repository } = values;
      return startGitHub({ port, ...(repository === undefined ? {} : { repository }) });
    }
    default:
      throw new UsageError("which of them: warp10, cellar, github or proxy?");
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

function hfilesOf(
  directory: string | undefined,
  options: readonly string[],
): { hfiles?: HfilesOptions } {
  if (directory === undefined) {
    if (options.length === 0) return {};
    throw new UsageError("--hfiles-option without --hfiles");
  }
  const given = options.map((option): [string, unknown] => {
    const at = option.indexOf("=");
    const name = option.slice(0, at);
    if (at < 0 || name === "directory" || !(name in settingsOf({ directory }))) {
      throw new UsageError(`--hfiles-option: ${option} is no option of the HFiles extension`);
    }
    return [name, jsonOrText(option.slice(at + 1))];
  });
  return { hfiles: { serve: true, ...Object.fromEntries(given), directory } };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function extensionsOf(without: readonly string[]): { stackps: boolean; shm: boolean } {
  const unknown = without.find((name) => name !== "stackps" && name !== "shm");
  if (unknown !== undefined) throw new UsageError(`--without: ${unknown} is not stackps or shm`);
  return { stackps: !without.includes("stackps"), shm: !without.includes("shm") };
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
