// A stand-in with the HFiles extension on a folder of its own, and the project's scripts run on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HfilesOptions } from "../../sim/warp10/hfiles/options.ts";
import { startWarp10 } from "../../sim/warp10/server.ts";
import type { Warp10Sim } from "../../sim/warp10/server.ts";
import type { Warp10Options } from "../../sim/warp10/site.ts";
import {
  type HfileParam,
  type HfileScript,
  HFILE_HEADERS,
  hfileEnd,
  hfileScript,
  paramsHeader,
} from "../../src/archive/hfile/script.ts";
import { ask, DEMO_TOKENS, messageOf, type Reply } from "../sim/warp10/stage.ts";

export type Params = Readonly<Record<string, HfileParam | undefined>>;

/** A series as dump and digests list it. */
export type Row = readonly [
  className: string,
  labels: Readonly<Record<string, string>>,
  points: string,
  digest: string,
  oldest: string,
  newest: string,
];

export interface HfileStage {
  readonly sim: Warp10Sim;
  readonly directory: string;
  /** Runs a script; the token HFILES reads hot, cold, and lends its capabilities. */
  run(name: HfileScript, params: Params, headers?: Record<string, string>): Promise<Reply>;
  /** The map that a script left; throws where it did not reach its end. */
  result<T = Totals>(name: HfileScript, params: Params): Promise<T>;
}

export interface Totals {
  readonly series: readonly Row[];
  readonly points: string;
  readonly chunks: string;
  readonly file: string;
  readonly infos: Readonly<Record<string, unknown>>;
}

/** Starts a stand-in for one test and ends it afterwards. */
export async function hfileStage(
  act: (stage: HfileStage) => Promise<void>,
  hfiles: Omit<HfilesOptions, "directory"> | "none" = {},
  options: Partial<Warp10Options> = {},
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hfiles-"));
  const sim = await startWarp10({
    tokens: DEMO_TOKENS,
    ...(hfiles === "none" ? {} : { hfiles: { directory, ...hfiles } }),
    ...options,
  });
  const run: HfileStage["run"] = (name, params, headers = {}) =>
    ask(sim, "exec", {
      token: "HFILES",
      body: hfileScript(name),
      headers: {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Warp10-ExposeHeaders": "h",
        "X-Warp10-Capabilities": "HFILES",
        [HFILE_HEADERS.params]: paramsHeader(params),
        ...headers,
      },
    });
  try {
    await act({
      sim,
      directory,
      run,
      result: async (name, params) => resultOf(name, await run(name, params)),
    });
  } finally {
    await sim.close();
    rmSync(directory, { recursive: true });
  }
}

/** What a script left under its mark. */
export function resultOf<T>(name: HfileScript, reply: Reply): T {
  if (reply.status !== 200) throw new Error(`${name}: ${messageOf(reply)}`);
  const [end, result, ...more] = JSON.parse(reply.text);
  if (end !== hfileEnd(name) || more.length > 0) throw new Error(`${name}: ${reply.text}`);
  return result;
}

/** Series in one order, labels in one order: for comparison. */
export const rows = ({ series }: Totals): string[] =>
  series
    .map(([className, labels, ...rest]) =>
      JSON.stringify([className, Object.entries(labels).toSorted(byName), ...rest]),
    )
    .toSorted();

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** Everything, in the range that the tests write into. */
export const ALL = {
  selector: "~(.*){}",
  start: "0",
  end: "999",
  oneApplication: true,
  store: "archive",
} as const;

/** Points of every kind, in three series. */
export const POINTS = [
  "10// a{k=v} 1",
  "20// a{k=v} 2.5",
  "30// a{k=v} 'str%C3%A9%22%0A'",
  "40// a{k=v} T",
  "50// a{k=v} 100.0",
  "60/48.5:-4.5/120 a{k=v} 9007199254740993",
  "10// a{k=w,z=%2C%3D} b64:AAECfw",
  "20//7 a{k=w,z=%2C%3D} NaN",
  "10// b%20%C3%A9{} 1.0E-5",
].join("\n");
