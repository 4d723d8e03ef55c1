// A world whose Warp 10 has the stand-in of the HFiles extension, and a flow that archives with it.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HfilesOptions } from "../../sim/warp10/hfiles/options.ts";
import type { Warp10Options } from "../../sim/warp10/site.ts";
import { World, type WorldOptions } from "../../sim/world.ts";
import { WORLD_TOKENS } from "../../sim/world-tokens.ts";
import { HFILE_LIMITS } from "../../src/archive/hfile/limits.ts";
import { START } from "./november.ts";

const CAPABILITIES = {
  ".cap:limits": "",
  ".cap:stackps": "",
  ".cap:mutex": "",
  ".cap:shmstore": "",
  ".cap:shmload": "",
  ".cap:hfdump": "",
  ".cap:hffetch": "",
  ".cap:hfinfo": "",
  ".cap:hfcat": "",
  ".cap:hfopen": "",
  ".cap:hfrescan": "",
};

/** The world's tokens; the reading one may dump, another reads the archive. */
export const HFILE_TOKENS = {
  ...WORLD_TOKENS,
  WORLD_READ: {
    ...WORLD_TOKENS.WORLD_READ,
    attributes: { ...WORLD_TOKENS.WORLD_READ.attributes, ...CAPABILITIES },
  },
  WORLD_HFILES: {
    ...WORLD_TOKENS.WORLD_READ,
    attributes: { ...WORLD_TOKENS.WORLD_READ.attributes, ...CAPABILITIES },
  },
};

/** How an HFile world begins. */
export interface HfileWorldOptions {
  readonly hfiles?: Partial<HfilesOptions>;
  readonly warp10?: Partial<Warp10Options>;
  /** `hand-over` and what belongs to it; default: the dump folder. */
  readonly handOver?: (world: { readonly dumps: string }) => string;
  /** The store; default: a folder of its own. null: `proof: dump-digest`. */
  readonly store?: ((world: { readonly served: string }) => string) | null;
  /** Everything after the export section. */
  readonly rest?: string;
  readonly world?: WorldOptions;
}

/** A world and its folders on disk. */
export interface HfileWorld {
  readonly world: World;
  /** The folder that HFDUMP writes to. */
  readonly dumps: string;
  /** The folder of the store. */
  readonly served: string;
  /** Names in the dump folder. */
  dumped(): string[];
  close(): Promise<void>;
}

const REST = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
].join("\n");

/** Starts one in March 2026, when November is due. */
export async function startHfileWorld(options: HfileWorldOptions = {}): Promise<HfileWorld> {
  const folder = mkdtempSync(join(tmpdir(), "cellarman-hfiles-"));
  const [dumps, served] = [join(folder, "dumps"), join(folder, "served")];
  const { handOver, store, rest = REST } = options;
  const place = handOver?.({ dumps }) ?? `hand-over: directory, directory: ${dumps}`;
  const named =
    store === null
      ? "proof: dump-digest"
      : `store: { read-token: { env: HFILES_TOKEN }, ` +
        `${store?.({ served }) ?? `name: archive, directory: ${served}`} }`;
  const flow = `export: { format: hfile, ${place}, ${named} }\n${rest}`;
  const { limits, warp10, ...more } = options.world ?? {};
  const hfile = { ...HFILE_LIMITS, stableMs: 1, ...limits?.hfile };
  const world = await World.start({
    startMs: START,
    flow,
    ...more,
    warp10: {
      tokens: HFILE_TOKENS,
      ...warp10,
      hfiles: { directory: dumps, stores: { dumps }, ...options.hfiles },
      ...options.warp10,
    },
    limits: { ...limits, hfile },
  });
  world.env.set("HFILES_TOKEN", "WORLD_HFILES");
  return {
    world,
    dumps,
    served,
    dumped: () => readdirSync(dumps).toSorted(),
    close: async () => {
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
