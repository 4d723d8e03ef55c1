// The words of the HFiles extension, by their documented contract (facts warp10 §2.4, [DOC]).
import { statSync } from "node:fs";
import { JavaError } from "../values.ts";
import { Gts } from "../warpscript/items.ts";
import type { Item, ItemMap, Word } from "../warpscript/items.ts";
import type { Stack } from "../warpscript/stack.ts";
import { asMap, asText, word } from "../warpscript/words/args.ts";
import { demandCapability } from "./access.ts";
import { dumpWord } from "./dump.ts";
import { fetchWord } from "./fetch.ts";
import { infosOf } from "./infos.ts";
import type { FileFacts, HfilesSite } from "./site.ts";

function storeOf(map: ItemMap, name: string): string {
  return asText(map.get("store") ?? null, `${name} missing 'store'.`);
}

function factsOf(site: HfilesSite, store: string, file: string): FileFacts {
  const names = new Set<string>();
  let points = 0;
  let oldest: bigint | undefined;
  let newest: bigint | undefined;
  for (const frame of site.framesOf(store, file)) {
    names.add(JSON.stringify([frame.className, [...frame.labels]]));
    points += frame.points.length;
    for (const { ts } of frame.points) {
      if (oldest === undefined || ts < oldest) oldest = ts;
      if (newest === undefined || ts > newest) newest = ts;
    }
  }
  const path = site.locate(store, file);
  return { path, size: statSync(path).size, series: names.size, points, oldest, newest };
}

function seriesOf(site: HfilesSite, store: string, file: string): Item {
  const series = new Map<string, Gts>();
  for (const { className, labels, attributes } of site.framesOf(store, file)) {
    const key = JSON.stringify([className, [...labels]]);
    const meta = { className, labels: new Map(labels), attributes: new Map(attributes) };
    series.set(key, new Gts({ ...meta, lastActivityMs: 0 }));
  }
  return [...series.values()];
}

/** HFINFO: the infos of one file, or of all files of the store. */
function info(stack: Stack, site: HfilesSite): void {
  const map = asMap(stack.pop(), "HFINFO expects a map on top of the stack.");
  const store = storeOf(map, "HFINFO");
  demandCapability(stack, site.settings, "HFINFO", store);
  const wanted = map.get("file") ?? null;
  const files = site.filesOf(store).filter((file) => wanted === null || file === wanted);
  if (wanted !== null && files.length === 0) {
    throw new JavaError(`HFINFO unknown file '${String(wanted)}' in store '${store}'.`);
  }
  const infos = files.map((file) => {
    const one = infosOf(factsOf(site, store, file), site.settings.infoNames);
    if (map.get("gts") === true) one.set("gts.list", seriesOf(site, store, file));
    return one;
  });
  const [first = null] = infos;
  stack.push(wanted === null ? new Map<Item, Item>([["files", infos]]) : first);
}

function open(stack: Stack, site: HfilesSite): void {
  const { settings } = site;
  const secret = stack.pop();
  const map = asMap(stack.pop(), "HFOPEN expects a map below the secret.");
  const store = storeOf(map, "HFOPEN");
  if (settings.openSecret !== undefined && secret !== settings.openSecret) {
    throw new JavaError("HFOPEN invalid secret.");
  }
  demandCapability(stack, settings, "HFOPEN", store);
  const root = map.get("root");
  site.openStore(
    store,
    root === undefined ? undefined : asText(root, "HFOPEN invalid type for 'root'."),
  );
  stack.push(store);
}

/** HFTOKEN: the envelope of a token that reads everything in a store, for TOKENGEN. */
function envelope(stack: Stack, site: HfilesSite): void {
  const store = asText(stack.pop(), "HFTOKEN expects a store name on top of the stack.");
  demandCapability(stack, site.settings, "HFTOKEN", store);
  const seen = {
    ".owner": new Set<string>(),
    ".producer": new Set<string>(),
    ".app": new Set<string>(),
  };
  for (const file of site.filesOf(store)) {
    for (const { labels } of site.framesOf(store, file)) {
      for (const [name, values] of Object.entries(seen)) values.add(labels.get(name) ?? "");
    }
  }
  stack.push(
    new Map<Item, Item>([
      ["type", "READ"],
      ["owners", [...seen[".owner"]]],
      ["producers", [...seen[".producer"]]],
      ["applications", [...seen[".app"]]],
    ]),
  );
}

/** A word whose one argument is a store's name. */
function onStore(site: HfilesSite, name: string, run: (store: string) => void): Word {
  return word(name, (stack) => {
    const store = asText(stack.pop(), `${name} expects a store name on top of the stack.`);
    demandCapability(stack, site.settings, name, store);
    run(store);
  });
}

/** The words of one stand-in's extension. */
export function hfileWords(site: HfilesSite): readonly Word[] {
  return [
    word("HFDUMP", (stack) => dumpWord(stack, site)),
    word("HFFETCH", (stack) => fetchWord(stack, site)),
    word("HFINFO", (stack) => info(stack, site)),
    word("HFCAT", (stack) => {
      const map = asMap(stack.pop(), "HFCAT expects a map on top of the stack.");
      const store = storeOf(map, "HFCAT");
      demandCapability(stack, site.settings, "HFCAT", store);
      stack.push(BigInt(site.catalogue(store)));
    }),
    word("HFOPEN", (stack) => open(stack, site)),
    onStore(site, "HFCLOSE", (store) => site.closeStore(store)),
    onStore(site, "HFRESCAN", (store) => site.rescan(store)),
    word("HFTOKEN", (stack) => envelope(stack, site)),
  ];
}
