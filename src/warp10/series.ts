// A Geo Time Series' identity: class and labels, in one canonical form, hashed where a list would
// be too long.
import { createHash } from "node:crypto";

/** Labels or attributes by name. */
export type Labels = Readonly<Record<string, string>>;

/**
 * A series as the server lists it. `labels` includes `.app`, and `.producer`/`.owner` where
 * exposed.
 */
export interface ListedSeries {
  readonly className: string;
  readonly labels: Labels;
  readonly attributes: Labels;
}

/** Labels as canonical JSON: names sorted by UTF-16 code unit, no blanks. */
export function canonicalLabels(labels: Labels): string {
  const names = Object.keys(labels).toSorted();
  return `{${names.map((n) => `${JSON.stringify(n)}:${JSON.stringify(labels[n])}`).join(",")}}`;
}

/**
 * The canonical identity of a series: `["class",{"label":"value"}]`. Attributes are no part of it.
 */
export function identityOf(series: Pick<ListedSeries, "className" | "labels">): string {
  return `[${JSON.stringify(series.className)},${canonicalLabels(series.labels)}]`;
}

/** SHA-256 of a canonical identity (UTF-8), 32 bytes. */
export function identityHash(identity: string): Buffer {
  return createHash("sha256").update(identity, "utf8").digest();
}
