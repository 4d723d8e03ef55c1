// The digest of src/archive/hfile/digest.inc.mc2, from points that a client has read: a second
// definition, which the scripts are held to.
import { javaDouble } from "../../src/warp10/text/java-double.ts";
import type { Point, Value } from "../../src/archive/points.ts";
import { HASH_KEYS, sipHash24 } from "../../sim/warp10/warpscript/siphash.ts";

/** Magnitudes that Java prints alike, whether it holds them exactly or as IEEE doubles. */
const PRINTED_ALIKE = { from: 1e-3, below: 1e7 };

/**
 * The sum over a series' points, in any order.
 *
 * A DOUBLE is stored as an exact decimal or as an IEEE double, the text of a fetch does not tell
 * which, and the server's JSON prints some numbers in two ways (`7` and `7.0`, `1E+2` and `100.0`).
 * A series that holds such a number has no digest here: then only server and server are compared.
 */
export class ServerDigest {
  private sum = 0n;
  private count = 0n;
  private certain = true;

  add(point: Point): void {
    this.count += 1n;
    const json = valueJson(point.value);
    if (json === undefined) {
      this.certain = false;
      return;
    }
    const { latitude, longitude } = point.location ?? {};
    const place = [latitude, longitude].map((degrees) => javaDouble(degrees ?? Number.NaN));
    const elevation = point.elevation === undefined ? "NaN" : point.elevation.toString();
    const text = `[${[point.timestamp.toString(), ...place, elevation, json].join(",")}]`;
    const hash = sipHash24(Buffer.from(typeOf(point.value) + text, "utf8"), HASH_KEYS);
    this.sum = BigInt.asIntN(64, this.sum + hash);
  }

  get points(): bigint {
    return this.count;
  }

  /** As the scripts print it; undefined where a value could be printed in two ways. */
  get digest(): string | undefined {
    return this.certain ? this.sum.toString() : undefined;
  }
}

function typeOf(value: Value): string {
  if (typeof value === "bigint") return "LONG";
  if (typeof value === "number") return "DOUBLE";
  if (typeof value === "boolean") return "BOOLEAN";
  return typeof value === "string" ? "STRING" : "BYTES";
}

/** A value in the server's JSON; undefined where there are two ways. */
function valueJson(value: Value): string | undefined {
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return doubleJson(value);
  return jsonText(typeof value === "string" ? value : Buffer.from(value).toString("latin1"));
}

function doubleJson(value: number): string | undefined {
  if (!Number.isFinite(value)) return javaDouble(value);
  const size = Math.abs(value);
  const alike = size >= PRINTED_ALIKE.from && size < PRINTED_ALIKE.below;
  return alike && !Number.isInteger(value) ? javaDouble(value) : undefined;
}

/** A string in the server's JSON: everything beyond ASCII escaped, in capitals (recorded). */
function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll(/\\\\|\\u[0-9a-f]{4}|[^\u0020-\u007f]/g, (found) => {
    if (found === "\\\\") return found;
    if (found.length > 1) return `\\u${found.slice(2).toUpperCase()}`;
    return `\\u${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}
