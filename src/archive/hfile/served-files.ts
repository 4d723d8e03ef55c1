// Whether the store serves the bucket's very bytes: by the folder that the runner shares with it,
// or by the dump folder that it serves itself. A proof by HFFETCH of another file would be none.
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LargeCold } from "../../cellar/large.ts";
import { RANGE_BYTES } from "../../cellar/read-large.ts";
import { attemptPrefix } from "../../ledger/keys.ts";
import type { Manifest } from "../../ledger/records.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { fileIn, type HandOver } from "./hand-over.ts";
import { hashSource } from "./put-files.ts";

/** The files of a store, as far as the runner sees them. */
export interface ServedFiles {
  /** Throws "blocked" unless every object of the manifest is served as it is. */
  prove(manifest: Manifest): Promise<void>;
}

type ObjectRecord = Manifest["seriesList"];

/** Where an object lies in the bucket. */
export const keyOfObject = (manifest: Manifest, { name, key }: ObjectRecord): string =>
  key ?? `${attemptPrefix(manifest, manifest.attempt)}${name}`;

/** A store that serves the folder that HFDUMP writes to. */
export function servedByDump(handOver: HandOver, signal?: AbortSignal): ServedFiles {
  return {
    async prove(manifest) {
      for (const object of manifest.objects) {
        const found = await handOver.find(object.name, signal);
        if (!found) throw unseen(object.name, handOver.where);
        // The server wrote it into the bucket: it is the object itself, which was hashed already.
        if (found.key !== undefined && found.key === object.key) continue;
        if (found.bytes !== object.bytes || (await hashSource(found, signal)) !== object.sha256) {
          throw other(object.name, handOver.where);
        }
      }
    },
  };
}

/** A store of its own folder: what is missing there is brought from the bucket. */
export function servedFrom(directory: string, large: LargeCold, signal?: AbortSignal): ServedFiles {
  return {
    async prove(manifest) {
      const folder = join(directory, manifest.hfile?.generation ?? "");
      for (const object of manifest.objects) {
        const found = await fileIn(folder, object.name);
        if (!found) await bring(folder, large, manifest, object, signal);
        const there = found ?? (await fileIn(folder, object.name));
        if (!there) throw unseen(object.name, folder);
        if (there.bytes !== object.bytes || (await hashSource(there, signal)) !== object.sha256) {
          throw other(object.name, folder);
        }
      }
    },
  };
}

/** Brings an object from the bucket under another name, then renames it: never half a file. */
async function bring(
  folder: string,
  large: LargeCold,
  manifest: Manifest,
  object: ObjectRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = keyOfObject(manifest, object);
  const coming = join(folder, `${object.name}.${manifest.attempt}.coming`);
  try {
    await mkdir(folder, { recursive: true });
    await using file = await open(coming, "w");
    for (let from = 0; from < object.bytes;) {
      const found = await large.getRange(key, from, RANGE_BYTES, signal);
      if (!found) throw new CellarmanError("mismatch", `${key} is gone`, { where: key });
      await file.write(found.bytes);
      from += found.bytes.length;
    }
    await file.sync();
    await rename(coming, join(folder, object.name));
  } catch (thrown) {
    await rm(coming, { force: true });
    if (thrown instanceof CellarmanError) throw thrown;
    throw new CellarmanError("disk", `${folder} cannot be written: ${String(thrown)}`, {
      where: folder,
      hint: "Check export.store.directory: the runner must be able to write there.",
      cause: thrown,
    });
  }
}

const unseen = (name: string, where: string): CellarmanError =>
  new CellarmanError(
    "blocked",
    `${name} cannot be seen at ${where}, so nobody knows what is served`,
    {
      where,
      hint: "Put the file back, or name the store's folder by export.store.directory.",
    },
  );

const other = (name: string, where: string): CellarmanError =>
  new CellarmanError("blocked", `the store's ${name} at ${where} is not the bucket's`, {
    where,
    hint: "Take that file away: the right one is brought from the bucket, or put it there by hand.",
  });
