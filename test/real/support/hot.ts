// The hot side of a pair: a real Warp 10 (ours, or one that the environment names), else the
// stand-in.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startWarp10 } from "../../../sim/warp10/server.ts";
import type { TokenSpec } from "../../../sim/warp10/tokens.ts";
import { type TimeUnit, timeUnitOfHeader } from "../../../src/warp10/range.ts";

/** Texts of tokens. */
export interface HotTokens {
  /** Shows producers and owners; counts. */
  readonly read: string;
  /** Hides them, as a restored series has others. */
  readonly plain: string;
  /** Writes and deletes. */
  readonly write: string;
  /** Of another application, its own `.maxpast` long; undefined where none can be had. */
  readonly probe: string | undefined;
}

/** A place to restore to: nothing of the tests is in it. */
export interface EmptyHot {
  readonly url: string;
  readonly read: string;
  readonly write: string;
}

/** A Warp 10 under test. */
export interface HotServer {
  /** For titles. */
  readonly name: string;
  readonly url: string;
  /** Its clock cannot be moved: a proxy must. */
  readonly isReal: boolean;
  readonly unit: TimeUnit;
  readonly tokens: HotTokens;
  readonly empty: EmptyHot;
  /** Puts up a write fence of so many ms, or takes it down; undefined: not in our hands. */
  readonly fence: ((maxPastMs: number | undefined) => Promise<void>) | undefined;
  close(): Promise<void>;
}

export type HotKind = "own" | "given" | "stand-in";

/** Which one it is: known when tests are named. */
export function hotKind(): HotKind {
  const kind = process.env["CELLARMAN_REAL_HOT"];
  return kind === "own" || kind === "given" ? kind : "stand-in";
}

/** For titles: the hot side as it is. */
export const HOT_NAME: Readonly<Record<HotKind, string>> = {
  own: "a real Warp 10",
  given: "the real Warp 10 of WARP10_URL",
  "stand-in": "sim/warp10 standing in for Warp 10",
};

/** Opens the hot side; `now` is the clock of a stand-in. */
export async function openHotServer(now: () => number): Promise<HotServer> {
  const kind = hotKind();
  if (kind === "stand-in") return standIn(now);
  const url = variable("WARP10_URL");
  const unit = await unitOf(url);
  const admin = process.env["WARP10_ADMIN_TOKEN"];
  const known = { name: HOT_NAME[kind], url, unit, isReal: true, close: () => Promise.resolve() };
  if (admin) {
    const minted = await mintAll(url, admin);
    return { ...known, ...minted, fence: kind === "own" ? fenceByScript : undefined };
  }
  const [read, write] = [variable("WARP10_READ_TOKEN"), variable("WARP10_DELETE_TOKEN")];
  const probe = process.env["WARP10_PROBE_TOKEN"];
  const tokens = { read, plain: read, write, probe };
  return { ...known, tokens, empty: { url, read, write }, fence: undefined };
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: WARP10_URL needs it, or WARP10_ADMIN_TOKEN`);
  return value;
}

/** Tokens of two owners that nobody else has. */
function specs(): Readonly<Record<string, TokenSpec>> {
  const [mine, other] = [randomUUID(), randomUUID()];
  const application = "cellarman-real";
  const life = { issuance: 0, ttl: 4_000_000_000_000 };
  const reader = (owner: string, attributes: Record<string, string>): TokenSpec => ({
    type: "READ",
    application,
    owner,
    owners: [owner],
    producers: [],
    applications: [application],
    attributes,
    ...life,
  });
  const writer = (owner: string, app: string, attributes: Record<string, string>): TokenSpec => ({
    type: "WRITE",
    application: app,
    owner,
    producer: owner,
    attributes,
    ...life,
  });
  const capabilities = { ".cap:limits": "", ".cap:tokeninfo.attr": "" };
  return {
    read: reader(mine, { ".expose": "true", ...capabilities }),
    plain: reader(mine, capabilities),
    write: writer(mine, application, { ".expose": "true" }),
    probe: writer(mine, "cellarman-probe", { ".maxpast": "3153600000000" }),
    otherRead: reader(other, capabilities),
    otherWrite: writer(other, application, {}),
  };
}

/** The stand-in and a second, empty one. */
async function standIn(now: () => number): Promise<HotServer> {
  const tokens = specs();
  const [first, second] = await Promise.all([
    startWarp10({ tokens, now }),
    startWarp10({ tokens, now }),
  ]);
  return {
    name: HOT_NAME["stand-in"],
    url: first.url,
    isReal: false,
    unit: "us",
    tokens: { read: "read", plain: "plain", write: "write", probe: "probe" },
    empty: { url: second.url, read: "otherRead", write: "otherWrite" },
    fence: async (maxPastOverrideMs) => first.configure({ maxPastOverrideMs }),
    close: async () => {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** Tokens that the server itself makes: capability tokengen. */
async function mintAll(
  url: string,
  admin: string,
): Promise<{ tokens: HotTokens; empty: EmptyHot }> {
  const made: Record<string, string> = {};
  for (const [name, spec] of Object.entries(specs())) made[name] = await mint(url, admin, spec);
  const { read = "", plain = "", write = "", probe, otherRead = "", otherWrite = "" } = made;
  return {
    tokens: { read, plain, write, probe },
    empty: { url, read: otherRead, write: otherWrite },
  };
}

/** A token that the server itself makes. */
export async function mint(url: string, admin: string, spec: TokenSpec): Promise<string> {
  const answer = await fetch(`${url}/api/v0/exec`, {
    method: "POST",
    headers: { "X-Warp10-Capabilities": admin, "Content-Type": "text/plain; charset=utf-8" },
    body: `${literal(spec)} TOKENGEN 'token' GET`,
  });
  if (!answer.ok) throw new Error(`the server at ${url} mints no token: ${answer.status}`);
  const stack: unknown = await answer.json();
  return String(Array.isArray(stack) ? stack[0] : stack);
}

/** A value as WarpScript spells it. */
function literal(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[ ${value.map(literal).join(" ")} ]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${literal(key)} ${literal(item)}`);
    return `{ ${pairs.join(" ")} }`;
  }
  return `'${encodeURIComponent(String(value))}'`;
}

async function unitOf(url: string): Promise<TimeUnit> {
  const answer = await fetch(`${url}/api/v0/exec`, { method: "POST", body: "" });
  const unit = timeUnitOfHeader(answer.headers.get("x-warp10-timeunit") ?? undefined);
  if (unit === undefined) throw new Error(`${url} names no time unit: is it a Warp 10?`);
  return unit;
}

async function fenceByScript(maxPastMs: number | undefined): Promise<void> {
  const script = fileURLToPath(new URL("../../../scripts/warp10.sh", import.meta.url));
  execFileSync(script, ["fence", maxPastMs === undefined ? "off" : String(maxPastMs)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
