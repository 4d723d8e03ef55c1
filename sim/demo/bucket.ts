// What lies in the demo's bucket, read from the stand-in's memory: records as plain JSON, objects
// as bytes. None of the tool's ledger code is used, so that a mistake there shows.
import { createHash } from "node:crypto";
import type { CellarSim } from "../cellar/server.ts";

/** The newest seal of one batch: what it names, and whether a verify receipt names it. */
export interface NewestSeal {
  readonly batch: string;
  readonly key: string;
  readonly points: number;
  readonly isVerified: boolean;
  /** Keys of its Parquet objects. */
  readonly objects: readonly string[];
}

/** How many objects and bytes lie under one role. */
export interface RoleSize {
  readonly role: string;
  readonly objects: number;
  readonly bytes: number;
}

/** Reads one bucket of the stand-in. */
export class BucketView {
  private readonly cellar: CellarSim;
  private readonly bucket: string;

  constructor(cellar: CellarSim, bucket: string) {
    this.cellar = cellar;
    this.bucket = bucket;
  }

  /** Bytes of an object. Throws where there is none. */
  bytes(key: string): Buffer {
    const object = this.cellar.objects(this.bucket).get(key);
    if (object === undefined) throw new Error(`the bucket has no object ${key}`);
    return object.bytes;
  }

  /** Objects and bytes by the first part of their keys, in the order of a listing. */
  sizes(): RoleSize[] {
    const sizes = new Map<string, RoleSize>();
    for (const [key, { bytes }] of this.cellar.objects(this.bucket)) {
      const role = key.slice(0, key.indexOf("/"));
      const known = sizes.get(role) ?? { role, objects: 0, bytes: 0 };
      sizes.set(role, {
        role,
        objects: known.objects + 1,
        bytes: known.bytes + bytes.length,
      });
    }
    return [...sizes.values()];
  }

  /** Keys under a role, oldest object first. */
  keys(role: string): string[] {
    return [...this.cellar.objects(this.bucket)]
      .filter(([key]) => key.startsWith(`${role}/`))
      .toSorted(([, a], [, b]) => a.lastModifiedMs - b.lastModifiedMs)
      .map(([key]) => key);
  }

  /** Records under a role, oldest first. */
  records(role: string): Readonly<Record<string, unknown>>[] {
    return this.keys(role).map((key) => this.record(key));
  }

  /** Sum of the field `points` over the records under a role. */
  pointsUnder(role: string): number {
    return this.records(role).reduce((sum, record) => sum + Number(record["points"]), 0);
  }

  /** The newest seal of each batch. Throws where bytes do not fit the digest that quotes them. */
  newestSeals(): NewestSeal[] {
    const newest = new Map<string, NewestSeal>();
    const verified = new Set(this.records("verified").map((r) => quoteOf(r["seal"]).sha256));
    for (const key of this.keys("seals")) {
      const seal = this.record(key);
      const batch = String(seal["batch"]);
      newest.set(batch, {
        batch,
        key,
        points: Number(seal["points"]),
        isVerified: verified.has(digestOf(this.bytes(key))),
        objects: this.objectsOf(quoteOf(seal["manifest"])),
      });
    }
    return [...newest.values()];
  }

  private objectsOf(manifest: Quote): string[] {
    this.expectDigest(manifest.key, manifest.sha256);
    const folder = manifest.key.slice(0, manifest.key.lastIndexOf("/") + 1);
    const { objects } = this.record(manifest.key);
    if (!Array.isArray(objects)) throw new Error(`${manifest.key} lists no objects`);
    return objects.map((object: { name: string; sha256: string }) => {
      this.expectDigest(folder + object.name, object.sha256);
      return folder + object.name;
    });
  }

  private expectDigest(key: string, sha256: string): void {
    if (digestOf(this.bytes(key)) !== sha256) throw new Error(`${key} has other bytes than said`);
  }

  private record(key: string): Readonly<Record<string, unknown>> {
    const record: Readonly<Record<string, unknown>> = JSON.parse(this.bytes(key).toString("utf8"));
    return record;
  }
}

interface Quote {
  readonly key: string;
  readonly sha256: string;
}

function quoteOf(value: unknown): Quote {
  const isQuote =
    typeof value === "object" && value !== null && "key" in value && "sha256" in value;
  if (!isQuote) throw new Error("a record quotes nothing");
  return { key: String(value.key), sha256: String(value.sha256) };
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
