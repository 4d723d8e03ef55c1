// So that all problems come in one go: what the schema refuses is replaced, and the rules then look
// at the rest.
import type { Path } from "./problems.ts";
import { flowSchema, type FilledFlow, type WrittenFlow } from "./schema.ts";

/** A flow in which refused values are replaced, and the paths at which that was done. */
export interface Repaired {
  readonly written: FilledFlow;
  /** Whether a rule that reads this path would judge a replacement. */
  isTouched(path: Path): boolean;
}

/** Stands in for required values; nothing that a rule says of it is ever shown. */
const PLACEHOLDER = {
  version: 1 as const,
  flow: "placeholder",
  source: { warp10: "https://placeholder.invalid", select: [{ class: "placeholder" }] },
  period: { first: "2000-01" },
  archive: { s3: "https://placeholder.invalid", bucket: "placeholder" },
} satisfies WrittenFlow;

/** Sections of sections whose keys can be left out one by one. */
const DEEP = new Set(["run.retry", "purge.budget"]);

/** Takes out what stands at the refused paths; undefined where the rest still is no flow. */
export function repair(value: unknown, refused: readonly Path[]): Repaired | undefined {
  const touched: Path[] = refused.map(unitOf);
  const kept = without(value, [], new Set(touched.map((path) => JSON.stringify(path))));
  const result = flowSchema.safeParse(beneath(PLACEHOLDER, kept, [], touched));
  if (!result.success) return undefined;
  return {
    written: result.data,
    isTouched: (path) => touched.some((other) => isWithin(path, other) || isWithin(other, path)),
  };
}

function unitOf(path: Path): Path {
  return path.slice(0, DEEP.has(path.slice(0, 2).join(".")) ? 3 : 2);
}

function without(value: unknown, path: Path, refused: ReadonlySet<string>): unknown {
  if (refused.has(JSON.stringify(path))) return undefined;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, without(v, [...path, k], refused)]);
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined));
}

/** Lays the written values over the placeholders; a placeholder that shows through is touched. */
function beneath(placeholder: unknown, kept: unknown, path: Path, touched: Path[]): unknown {
  if (kept !== undefined && !isRecord(placeholder)) return kept;
  if (!isRecord(kept) || !isRecord(placeholder)) {
    touched.push(path);
    return placeholder;
  }
  const filled = Object.entries(placeholder).map(([key, value]) => [
    key,
    beneath(value, kept[key], [...path, key], touched),
  ]);
  return { ...kept, ...Object.fromEntries(filled) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isWithin = (path: Path, other: Path): boolean => other.every((part, i) => path[i] === part);
