// A server with the HFiles extension: a real Warp 10 with the Java stand-in loaded, where its
// program is at hand (WARP10_JARS), else sim/warp10 with its own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startWarp10 } from "../../../sim/warp10/server.ts";
import type { TokenSpec, TokenSpecs } from "../../../sim/warp10/tokens.ts";
import { type HotServer, mint } from "./hot.ts";

/** How long each chunk of a dump takes: long enough to be seen while it runs. */
const CHUNK_MS = 40;
const OWNER = "d0000000-0000-4000-8000-000000000001";
const WORDS = ["dump", "fetch", "info", "cat", "open", "close", "rescan", "token"];

/** A server under test. */
export interface HfileServer {
  readonly url: string;
  /** Reads hot and archive, with every capability. */
  readonly reader: string;
  readonly writer: string;
  /** Where its dumps go, which is also its store `archive`. */
  readonly directory: string;
  close(): Promise<void>;
}

/** For titles. */
export const hfileServerName = (): string =>
  process.env["WARP10_JARS"]
    ? "a real Warp 10 with test/hfile-extension"
    : "sim/warp10 standing in for Warp 10 and its extension";

const CAPABILITIES = ["limits", "stackps", "mutex", "shmstore", "shmload", "tokeninfo.attr"];

function specs(): { readonly reader: TokenSpec; readonly writer: TokenSpec } {
  const names = [...CAPABILITIES, ...WORDS.map((word) => `hf${word}`)];
  const granted = Object.fromEntries(names.map((name) => [`.cap:${name}`, ""]));
  const common = { application: "hfiles", owner: OWNER, issuance: 0, ttl: 4_000_000_000_000 };
  return {
    reader: {
      ...common,
      type: "READ",
      owners: [OWNER],
      producers: [],
      applications: ["hfiles"],
      attributes: { ".expose": "true", ...granted },
    },
    writer: { ...common, type: "WRITE", producer: OWNER, attributes: { ".expose": "true" } },
  };
}

/** Starts it, empty. */
export async function openHfileServer(now?: () => number): Promise<HfileServer> {
  const folder = mkdtempSync(join(tmpdir(), "hfile-server-"));
  return process.env["WARP10_JARS"] ? realServer(folder) : standIn(folder, now);
}

/** The same as the hot side of a world; it has no fence, so that a risk is accepted. */
export async function openHfileHot(
  now: () => number,
): Promise<HotServer & { readonly directory: string }> {
  const { url, reader, writer, directory, close } = await openHfileServer(now);
  return {
    name: hfileServerName(),
    url,
    isReal: Boolean(process.env["WARP10_JARS"]),
    unit: "us",
    tokens: { read: reader, plain: reader, write: writer, probe: undefined },
    empty: { url, read: reader, write: writer },
    fence: undefined,
    directory,
    close,
  };
}

async function standIn(directory: string, now?: () => number): Promise<HfileServer> {
  const tokens: TokenSpecs = { ...specs() };
  const hfiles = { directory, msPerChunk: CHUNK_MS, chunkPoints: 100_000 };
  const sim = await startWarp10({ tokens, hfiles, ...(now ? { now } : {}) });
  const close = async (): Promise<void> => {
    await sim.close();
    rmSync(directory, { recursive: true });
  };
  return { url: sim.url, reader: "reader", writer: "writer", directory, close };
}

async function realServer(folder: string): Promise<HfileServer> {
  const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const home = join(folder, "warp10");
  const jar = join(folder, "hfiles.jar");
  execFileSync(at("test/hfile-extension/build.sh"), [jar], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const script = (...args: string[]): string =>
    execFileSync(at("scripts/warp10.sh"), [...args, home], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, WARP10_HFILES: jar, WARP10_HFILES_CHUNK_MS: String(CHUNK_MS) },
    });
  script("up");
  const told = new Map(
    Array.from(script("env").matchAll(/(\w+)=(\S+)/g), ([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
  const [url = "", admin = ""] = [told.get("WARP10_URL"), told.get("WARP10_ADMIN_TOKEN")];
  const { reader, writer } = specs();
  return {
    url,
    reader: await mint(url, admin, reader),
    writer: await mint(url, admin, writer),
    directory: join(home, "hfiles"),
    close: async () => {
      script("wipe");
      rmSync(folder, { recursive: true });
    },
  };
}
