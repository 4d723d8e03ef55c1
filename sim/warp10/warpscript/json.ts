// Stack items as JSON, as /exec and ->JSON write them, and back (facts warp10 §1.1).
import { decimalJson, javaDouble } from "../text/javaNumbers.ts";
import { jsonText } from "../text/json.ts";
import { fromHHCode } from "../text/location.ts";
import { Decimal, JavaError, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Point } from "../values.ts";
import { Encoder, Gts, typeName } from "./items.ts";
import type { Item, Meta } from "./items.ts";

/** JSON text of an item; NaN and infinities are bare unless strict. */
export function toJson(item: Item, strict: boolean): string {
  if (item === null) return "null";
  if (typeof item === "bigint" || typeof item === "boolean") return String(item);
  if (typeof item === "number") {
    return Number.isFinite(item) || !strict ? javaDouble(item) : `"${javaDouble(item)}"`;
  }
  if (item instanceof Decimal) return decimalJson(item);
  if (typeof item === "string") return jsonText(item);
  if (item instanceof Uint8Array) return jsonText(Buffer.from(item).toString("latin1"));
  if (Array.isArray(item)) return `[${item.map((one) => toJson(one, strict)).join(",")}]`;
  if (item instanceof Map) {
    const pairs = Array.from(item, ([k, v]) => `${jsonText(keyText(k))}:${toJson(v, strict)}`);
    return `{${pairs.join(",")}}`;
  }
  if (item instanceof Gts) return seriesJson(item.meta, item.points, strict);
  if (item instanceof Encoder) return seriesJson(item.meta, [...item.points()], strict);
  return jsonText(typeName(item));
}

const keyText = (key: Item): string => (key === null ? "null" : String(key));

function seriesJson(meta: Meta, points: readonly Point[], strict: boolean): string {
  const map = (pairs: ReadonlyMap<string, string>): string =>
    `{${Array.from(pairs, ([k, v]) => `${jsonText(k)}:${jsonText(v)}`).join(",")}}`;
  const values = points.map((point) => {
    const parts = [point.ts.toString()];
    if (point.location !== NO_LOCATION) parts.push(...fromHHCode(point.location).map(javaDouble));
    if (point.elevation !== NO_ELEVATION) parts.push(point.elevation.toString());
    return `[${parts.join(",")},${toJson(point.value, strict)}]`;
  });
  const head = `"c":${jsonText(meta.className)},"l":${map(meta.labels)},"a":${map(meta.attributes)}`;
  return `{${head},"la":${meta.lastActivityMs},"v":[${values.join(",")}]}`;
}

/** Reads JSON: integers become LONGs, other numbers DOUBLEs. Throws a JavaError. */
export function fromJson(text: string): Item {
  try {
    return toItem(
      JSON.parse(text, function (_key, value: unknown, context?: { source?: string }) {
        const source = context?.source;
        if (typeof value === "number" && source !== undefined && /^-?\d+$/.test(source)) {
          return BigInt.asIntN(64, BigInt(source));
        }
        return value;
      }),
    );
  } catch (error) {
    throw new JavaError("JSON-> failed to parse JSON", new JavaError(String(error)));
  }
}

function toItem(value: unknown): Item {
  if (value === null || typeof value === "bigint" || typeof value === "number") return value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toItem);
  return new Map(Object.entries(value as object).map(([k, v]) => [k, toItem(v)]));
}
