// What an issue of ours remembers, in HTML comments that no page shows: which flow it is about,
// since when, what was told where. The issue is the only memory that alerts have. Pure.
import { z } from "zod";
import { type Part, PARTS } from "./trouble.ts";

const fingerprint = z.string().regex(/^(?:[0-9a-f]{16})?$/);
const parts = z.strictObject({ run: fingerprint, ledger: fingerprint, schedule: fingerprint });

const markerSchema = z.strictObject({
  v: z.literal(1),
  flow: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/),
  /** When this incident began, ISO 8601. */
  since: z.iso.datetime(),
  /** Fingerprint of what each part said last; empty: nothing is wrong. */
  parts,
  /** Fingerprint of what each channel was told last; empty: that all is well. */
  told: z.strictObject({ slack: fingerprint, webhook: fingerprint }),
  /** The incident's message, where a bot wrote it. */
  slack: z
    .strictObject({
      channel: z.string().regex(/^[A-Z0-9]{3,30}$/),
      ts: z.string().regex(/^\d{1,20}\.\d{1,10}$/),
    })
    .nullable(),
});

/** What an issue remembers. */
export type Marker = z.infer<typeof markerSchema>;

/** Channels beside the issue. */
export type Channel = keyof Marker["told"];

/** Parts of which none says that anything is wrong. */
export const WELL: Marker["parts"] = { run: "", ledger: "", schedule: "" };

/** Nobody was told of anything. */
export const UNTOLD: Marker["told"] = { slack: "", webhook: "" };

const MARKER = /^<!-- cellarman:flow (\{[^\n]{1,2000}\}) -->$/m;

/** The marker as the first line of a body. */
export const renderMarker = (marker: Marker): string =>
  `<!-- cellarman:flow ${JSON.stringify(marker)} -->`;

/** Reads a body's marker; undefined where there is none of ours, or a person spoilt it. */
export function readMarker(body: string): Marker | undefined {
  const [, text] = MARKER.exec(body.replaceAll("\r\n", "\n")) ?? [];
  if (text === undefined) return undefined;
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const begin = (part: Part): string => `<!-- cellarman:${part} -->\n`;
/** A line apart: a comment right below a table would be a row of it. */
const end = (part: Part): string => `\n<!-- /cellarman:${part} -->\n`;

/** A part's Markdown between its comments. */
export const renderPart = (part: Part, markdown: string): string =>
  markdown === "" ? "" : `${begin(part)}${markdown}${end(part)}`;

/** The Markdown of each part that a body holds; empty where it holds none. */
export function readParts(body: string): Record<Part, string> {
  const found: Record<Part, string> = { run: "", ledger: "", schedule: "" };
  const text = body.replaceAll("\r\n", "\n");
  for (const part of PARTS) {
    const from = text.indexOf(begin(part));
    const to = text.indexOf(end(part), from);
    if (from >= 0 && to >= 0) found[part] = text.slice(from + begin(part).length, to);
  }
  return found;
}
