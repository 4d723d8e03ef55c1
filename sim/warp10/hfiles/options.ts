// How the stand-in's HFiles extension behaves. The real one is commercial and closed: what its
// documentation does not say is a switch here (facts warp10 §2.4), so that nothing is assumed.
import type { FaultWhen } from "../../faults.ts";

/** Names of the fields of the infos; a field named "" is left out. */
export interface InfoNames {
  readonly points: string;
  readonly series: string;
  readonly size: string;
  readonly path: string;
  readonly oldest: string;
  readonly newest: string;
}

/** Settings of the extension. */
export interface HfilesSettings {
  /** hfdump.dir: where files are written. */
  readonly directory: string;
  /** Stores by name: the folder that each reads. */
  readonly stores: Readonly<Record<string, string>>;
  /** Whether the stores are open from the start, or only after HFOPEN. */
  readonly storesOpen: boolean;
  /** Whether GET /hfiles/NAME gives a file of the directory. */
  readonly serve: boolean;
  /** Whether HFDUMP's macro is given each chunk of a series, or the series whole. */
  readonly macroCalls: "chunk" | "series";
  /** Points in a chunk, at most. */
  readonly chunkPoints: number;
  /** Whether symbols that the macro stores outlive its call. */
  readonly macroSymbols: "shared" | "restored";
  readonly infoNames: InfoNames;
  /** `x.hfile` with `x.hfile.info` and `x.hfile.gts`, or with `x.info` and `x.gts`. */
  readonly naming: "append" | "replace";
  /** Whether `.info` and `.gts` are written. */
  readonly catalogFiles: boolean;
  /** Whether a file bears the ending `.tmp` until it is whole. */
  readonly temporaryName: boolean;
  /** What becomes of the file of a dump that failed. */
  readonly partial: "kept" | "removed";
  /** Whether points and series of HFDUMP and HFFETCH count as fetched, and against the limits. */
  readonly fetched: boolean;
  /** Whether a token's .start, .end, .count thin a dump as they thin a FETCH. */
  readonly tokenAttributes: boolean;
  /** Which end of a timespan belongs to it. */
  readonly spanEnd: "inclusive" | "exclusive";
  /** Whether the bytes of files are opaque. */
  readonly encrypted: boolean;
  /** What HFFETCH does with a timestamp that two files of a store hold. */
  readonly duplicates: "kept" | "last";
  /** Milliseconds until HFRESCAN has seen what it looks for. */
  readonly rescanMs: number;
  /** Whether each word demands the capability of its name. */
  readonly capabilities: boolean;
  /** hfdump.secret, demanded where the capability hfdump is missing. */
  readonly dumpSecret: string | undefined;
  /** HFOPEN's general secret. */
  readonly openSecret: string | undefined;
  /** Awaited before every chunk: a test's own time. */
  readonly pace: (() => Promise<void>) | undefined;
  /** Milliseconds that every chunk takes. */
  readonly msPerChunk: number;
}

/** Settings as they are given: only the directory has no default. */
export type HfilesOptions = Pick<HfilesSettings, "directory"> &
  Partial<Omit<HfilesSettings, "infoNames">> & { readonly infoNames?: Partial<InfoNames> };

const INFO_NAMES: InfoNames = {
  points: "datapoints",
  series: "gts",
  size: "size",
  path: "path",
  oldest: "first.tick",
  newest: "last.tick",
};

/** Settings with every default filled in. */
export function settingsOf({ infoNames, ...options }: HfilesOptions): HfilesSettings {
  return {
    stores: { archive: options.directory },
    storesOpen: true,
    serve: false,
    macroCalls: "chunk",
    chunkPoints: 1000,
    macroSymbols: "shared",
    naming: "append",
    catalogFiles: true,
    temporaryName: false,
    partial: "kept",
    fetched: true,
    tokenAttributes: true,
    spanEnd: "inclusive",
    encrypted: false,
    duplicates: "kept",
    rescanMs: 0,
    capabilities: true,
    dumpSecret: undefined,
    openSecret: undefined,
    pace: undefined,
    msPerChunk: 0,
    ...options,
    infoNames: { ...INFO_NAMES, ...infoNames },
  };
}

/**
 * What goes wrong in the middle of a dump, after `chunks` chunks (default 1) of the file `path`:
 * - `cutConnection`: the client's connection is reset, the script goes on
 * - `crash`: the script ends as if the server had been killed: no answer, the file stays as it is
 * - `fail`: HFDUMP fails
 */
export interface HfilesFault extends FaultWhen {
  readonly kind: "cutConnection" | "crash" | "fail";
  readonly chunks?: number;
}
