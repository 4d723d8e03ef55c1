// What differs between two values of a flow or policy, key by key. Pure.
import { DAY_MS } from "../flow/duration.ts";
import { durationText } from "../flow/policy-rules.ts";
import { type Match, type Selector } from "../warp10/selector.ts";

/** One key whose value differs; null: not there. */
export interface SettingChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Keys by the names that files give them. */
const WRITTEN: Readonly<Record<string, string>> = {
  name: "flow",
  sliceMs: "slice",
  lagMs: "lag",
  holdAll: "hold",
  modes: "modes",
};

/** Every key that differs, sorted by path. */
export function settingChanges(before: object | undefined, after: object | undefined) {
  const [old, now] = [leaves(before), leaves(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return paths
    .map((path): SettingChange => ({
      path,
      before: old.get(path) ?? null,
      after: now.get(path) ?? null,
    }))
    .filter((change) => change.before !== change.after);
}

function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (value === undefined || value === null) return found;
  const text = leafText(value);
  if (text !== undefined) return found.set(path, text);
  for (const [key, child] of Object.entries(value)) {
    const name = Array.isArray(value) ? `[${key}]` : written(key);
    const here = path === "" || Array.isArray(value) ? path + name : `${path}.${name}`;
    if (key.endsWith("Ms") && typeof child === "number") found.set(here, fixedText(child));
    else leaves(child, here, found);
  }
  return found;
}

/** A fixed duration in ms, as a file has it. */
const fixedText = (ms: number): string =>
  durationText({ months: 0, days: Math.floor(ms / DAY_MS), ms: ms % DAY_MS });

function leafText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return String(value);
  if ("env" in value) return String(value.env);
  if ("months" in value) return durationText(value as Parameters<typeof durationText>[0]);
  if ("class" in value) return selectorText(value as Selector);
  if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === "string"))
    return value.join(", ");
  return undefined;
}

/** `graceMs` → `grace`, `keepHot` → `keep-hot`: as a file has it. */
function written(key: string): string {
  const known = WRITTEN[key];
  if (known !== undefined) return known;
  return key.replace(/Ms$/, "").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A selector as people read it: `~cpu\..*{region=par}`. */
export function selectorText({ class: name, labels }: Selector): string {
  const inner = Object.entries(labels).map(([label, match]) => `${label}${matchText(match)}`);
  return `${matchText(name).replace(/^=/, "")}{${inner.join(",")}}`;
}

function matchText(match: Match): string {
  if ("exact" in match) return `=${match.exact}`;
  if ("regex" in match) return `~${match.regex}`;
  return "empty" in match ? "=" : " absent";
}
