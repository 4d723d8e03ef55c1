// What of a Warp 10's configuration the stand-in honours, and what it starts with: a server set up
// for archiving, limits lifted (the configuration that the recordings were made with).
import type { TimeUnit } from "../../src/warp10/range.ts";

/** Limits of one script: soft ones, which a script without a capability has. */
export interface ScriptLimits {
  readonly maxops: number;
  readonly maxfetch: number;
  readonly maxgts: number;
  /** Milliseconds that one loop may take. */
  readonly maxloop: number;
  readonly maxdepth: number;
  readonly maxsymbols: number;
  /** Bytes of one JSON text: of ->JSON, and of an answer. */
  readonly maxjson: number;
}

/** Settings, by the names of facts warp10 where they have one. */
export interface Config {
  readonly unit: TimeUnit;
  /** What REV says. */
  readonly version: string;
  /** warp10.absent.label.support: `label=` selects series without the label. */
  readonly absentLabelSupport: boolean;
  /** ingress.parse.attributes */
  readonly parseAttributes: boolean;
  /** ingress.attributes.allowdelta */
  readonly attributesDelta: boolean;
  /** ingress.activity.update, .meta */
  readonly activityUpdate: boolean;
  readonly activityMeta: boolean;
  /** ingress.activity.window, ms; 0: never refreshed after creation. */
  readonly activityWindowMs: number;
  /** ingress.delete.metaonly.support, .activity.support */
  readonly deleteMetaonly: boolean;
  readonly deleteActivity: boolean;
  /** ingress.maxpast.default / .override, ms: the token's `.maxpast` lies between the two. */
  readonly maxPastDefaultMs: number | undefined;
  readonly maxPastOverrideMs: number | undefined;
  readonly maxFutureDefaultMs: number | undefined;
  readonly maxFutureOverrideMs: number | undefined;
  /** ingress.outofrange.ignore */
  readonly outOfRangeIgnore: boolean;
  /** standalone.value.maxsize, bytes */
  readonly maxValueBytes: number;
  /** Whether the extensions stackps and shm are loaded. */
  readonly stackps: boolean;
  readonly shm: boolean;
  /** mutex.maxwait, ms; Infinity: a mutex is waited for as long as it takes (other versions). */
  readonly mutexWaitMs: number;
  /** Whether /update, /meta and /delete are switched off (403). */
  readonly updateOff: string | undefined;
  readonly deleteOff: string | undefined;
  /** Soft limits of scripts, and the ceilings that the capability `limits` lifts them to. */
  readonly limits: ScriptLimits;
  readonly hardLimits: ScriptLimits;
  /** Rendered text that is kept for the next read, bytes. */
  readonly textCacheBytes: number;
}

const LIFTED: ScriptLimits = {
  maxops: 1e12,
  maxfetch: 1e12,
  maxgts: 1e9,
  maxloop: 86_400_000,
  maxdepth: 10_000,
  maxsymbols: 1024,
  maxjson: 1e12,
};

/** The settings of a stand-in that is told nothing else. */
export const DEFAULT_CONFIG: Config = {
  unit: "us",
  version: "3.5.0",
  absentLabelSupport: true,
  parseAttributes: true,
  attributesDelta: false,
  activityUpdate: true,
  activityMeta: true,
  activityWindowMs: 1,
  deleteMetaonly: true,
  deleteActivity: true,
  maxPastDefaultMs: undefined,
  maxPastOverrideMs: undefined,
  maxFutureDefaultMs: undefined,
  maxFutureOverrideMs: undefined,
  outOfRangeIgnore: false,
  maxValueBytes: 65_536,
  stackps: true,
  shm: true,
  mutexWaitMs: 5_000,
  updateOff: undefined,
  deleteOff: undefined,
  limits: LIFTED,
  hardLimits: LIFTED,
  textCacheBytes: 384 * 1024 * 1024,
};
