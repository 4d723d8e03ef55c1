// Names and labels out of a file, held against the one form in which they are written.
import { isUtf8 } from "node:buffer";
import { canonicalLabels, type Labels } from "../../warp10/series.ts";
import { expect } from "./unreadable.ts";

/** A name, which must be UTF-8. */
export function textOf(bytes: Buffer | undefined): string {
  expect(bytes !== undefined && isUtf8(bytes), "a name is no UTF-8");
  return bytes.toString("utf8");
}

/** Labels out of their canonical JSON. */
export function parseLabels(bytes: Buffer | undefined): Labels {
  const text = textOf(bytes);
  const labels = parseTexts(text);
  expect(canonicalLabels(labels) === text, `labels are not canonical: ${text.slice(0, 80)}`);
  return labels;
}

function parseTexts(text: string): Labels {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  expect(typeof parsed === "object" && parsed !== null, `labels are no JSON: ${text.slice(0, 80)}`);
  const entries = Object.entries(parsed);
  expect(
    entries.every((entry): entry is [string, string] => typeof entry[1] === "string"),
    "a label is no text",
  );
  return Object.fromEntries(entries);
}
