// What a server has of the HFiles extension and of what a generation uses beside it: discovered,
// never assumed (facts warp10 §2.4: closed source, documented only).
import { z } from "zod";
import { CellarmanError } from "../../runtime/errors.ts";
import type { ReadLimits } from "../../warp10/hot.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import { callScript } from "./answer.ts";
import type { HfileParam } from "./script.ts";

/** What `discover` found. */
export interface Abilities {
  readonly version: string;
  /** Whether the server knows a word, e.g. `HFDUMP`. */
  has(word: string): boolean;
  /** Limits of the script engine that the token may raise, as a script's parameter. */
  readonly limits: Readonly<Record<string, string>>;
  /** Capabilities of the token, by name. */
  readonly capabilities: Readonly<Record<string, string>>;
}

const messages = z.array(z.string().nullable());

const discovered = z.object({
  version: z.string(),
  words: z.record(z.string(), messages),
  limits: z.record(z.string(), messages),
  capabilities: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullable(),
});

/** Asks a server. Throws as a script's call does. */
export async function discover(scripts: Scripts, limits?: ReadLimits): Promise<Abilities> {
  const call = { what: "asking what the server has of HFiles", params: {} };
  const { result } = await callScript(scripts, "discover", call, limits);
  const parsed = discovered.safeParse(result);
  if (!parsed.success) {
    throw new CellarmanError("unreadable", `${call.what}: something unknown came`, {
      cause: parsed.error,
    });
  }
  const { version, words, limits: refusals, capabilities } = parsed.data;
  return {
    version,
    has: (word) => isKnown(word, words[word] ?? [`Unknown function '${word}'`]),
    limits: ceilingsOf(refusals),
    capabilities: Object.fromEntries(
      Object.entries(capabilities ?? {}).map(([name, value]) => [name, String(value ?? "")]),
    ),
  };
}

const isKnown = (word: string, said: readonly (string | null)[]): boolean =>
  said.every((message) => !message?.includes(`Unknown function '${word}'`));

/** LONG's largest value is granted where nothing was refused. */
const UNLIMITED = "9223372036854775807";

function ceilingsOf(refusals: Readonly<Record<string, readonly (string | null)[]>>) {
  const ceilings: Record<string, string> = {};
  for (const [name, said] of Object.entries(refusals)) {
    const ceiling = said.map((m) => /cannot extend limit past (\d+)/.exec(m ?? "")?.[1]);
    const found = ceiling.find((n) => n !== undefined) ?? (said.length === 0 ? UNLIMITED : null);
    if (found !== null) ceilings[name] = found;
  }
  return ceilings;
}

/** The limits as a parameter; undefined where the token may raise none. */
export const limitsParam = ({ limits }: Abilities): HfileParam | undefined =>
  Object.keys(limits).length === 0 ? undefined : limits;
