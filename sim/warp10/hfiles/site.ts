// One stand-in's HFiles: its files, its stores and what each store's catalogue lists.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { FaultPlan } from "../../faults.ts";
import { encodePercent } from "../text/percent.ts";
import { labelText } from "../store/series.ts";
import { JavaError } from "../values.ts";
import type { Item } from "../warpscript/items.ts";
import { readFrames } from "./file.ts";
import type { Frame } from "./file.ts";
import { settingsOf } from "./options.ts";
import type { HfilesFault, HfilesOptions, HfilesSettings } from "./options.ts";

const DATA_ENDING = ".hfile";
const CATALOGUE = { info: "hfcat.info", gts: "hfcat.gts" } as const;

/** What a file's infos say. */
export interface FileFacts {
  readonly path: string;
  readonly size: number;
  readonly series: number;
  readonly points: number;
  readonly oldest: bigint | undefined;
  readonly newest: bigint | undefined;
  readonly attributes?: Item | undefined;
  readonly tags?: Item | undefined;
}

interface OpenStore {
  readonly root: string;
  /** Files that can be read. */
  files: readonly string[];
  /** What a running HFRESCAN will make of it, and when. */
  next: { readonly files: readonly string[]; readonly atMs: number } | undefined;
}

/** The files and stores of one stand-in. */
export class HfilesSite {
  readonly settings: HfilesSettings;
  readonly faults: FaultPlan<HfilesFault>;
  private readonly open = new Map<string, OpenStore>();
  private readonly roots: Map<string, string>;

  constructor(options: HfilesOptions, seed: number) {
    this.settings = settingsOf(options);
    this.faults = new FaultPlan(seed);
    this.roots = new Map(Object.entries(this.settings.stores));
    for (const folder of [this.settings.directory, ...this.roots.values()]) {
      mkdirSync(folder, { recursive: true });
    }
    if (this.settings.storesOpen) for (const name of this.roots.keys()) this.openStore(name);
  }

  /** Where a dump of this name goes: only the last part of a path counts. */
  pathOf(name: string): string {
    return join(this.settings.directory, basename(name));
  }

  /** The files that go with a data file: its infos and its series. */
  companions(path: string): { readonly info: string; readonly gts: string } {
    const stem =
      this.settings.naming === "replace" && path.endsWith(DATA_ENDING)
        ? path.slice(0, -DATA_ENDING.length)
        : path;
    return { info: `${stem}.info`, gts: `${stem}.gts` };
  }

  /** Opens a store on a folder: what its catalogue lists can be read. Throws a JavaError. */
  openStore(name: string, root = this.roots.get(name)): void {
    if (root === undefined || !existsSync(root)) {
      throw new JavaError(`HFOPEN unknown root for store '${name}'.`);
    }
    this.roots.set(name, root);
    this.open.set(name, { root, files: catalogued(root), next: undefined });
  }

  closeStore(name: string): void {
    if (!this.open.delete(name)) throw new JavaError(`Unknown store '${name}'.`);
  }

  /** Lists every whole file of a store's folder in its catalogue; says how many. */
  catalogue(name: string): number {
    const root = this.roots.get(name);
    if (root === undefined) throw new JavaError(`HFCAT unknown store '${name}'.`);
    const files = readdirSync(root).filter(
      (file) => file.endsWith(DATA_ENDING) && this.whole(root, file),
    );
    writeFileSync(join(root, CATALOGUE.info), files.map((file) => `${file}\n`).join(""));
    const names = new Set<string>();
    for (const file of files) {
      for (const { className, labels } of this.frames(root, file)) {
        names.add(`${encodePercent(className)}${labelText([...labels])}\n`);
      }
    }
    writeFileSync(join(root, CATALOGUE.gts), [...names].join(""));
    return files.length;
  }

  /** Has an open store look at its catalogue again; it does not wait. */
  rescan(name: string): void {
    const store = this.storeOf(name);
    const atMs = performance.now() + this.settings.rescanMs;
    store.next = { files: catalogued(store.root), atMs };
  }

  /** Files that can be read of a store. Throws a JavaError where it is not open. */
  filesOf(name: string): readonly string[] {
    return this.storeOf(name).files;
  }

  /** The frames of one file of a store. Throws a JavaError where it cannot be read. */
  framesOf(name: string, file: string): Generator<Frame> {
    const { root } = this.storeOf(name);
    if (!existsSync(join(root, file))) throw new JavaError(`File '${file}' is missing.`);
    return this.frames(root, file);
  }

  /** Where a file of a store lies. */
  locate(name: string, file: string): string {
    return join(this.storeOf(name).root, file);
  }

  private storeOf(name: string): OpenStore {
    const store = this.open.get(name);
    if (store === undefined) throw new JavaError(`Unknown store '${name}'.`);
    if (store.next !== undefined && performance.now() >= store.next.atMs) {
      store.files = store.next.files;
      store.next = undefined;
    }
    return store;
  }

  private frames(root: string, file: string): Generator<Frame> {
    return readFrames(join(root, file), this.settings.encrypted);
  }

  private whole(root: string, file: string): boolean {
    try {
      for (const _ of this.frames(root, file));
      return true;
    } catch (error) {
      if (error instanceof JavaError) return false;
      throw error;
    }
  }
}

function catalogued(root: string): string[] {
  const path = join(root, CATALOGUE.info);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").filter(Boolean);
}
