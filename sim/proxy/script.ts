// What the proxy does to a connection, and when: a script of faults, written by hand, read from a
// file, or drawn from a seed.
import { type FaultWhen, seededRandom } from "../faults.ts";

/** How a connection ends before its time. */
export type Cut = "fin" | "rst";

/**
 * A place in an answer: so many bytes from its beginning (from its end where negative), or a part
 * of it. `chunk-size` is inside of the second chunk's size line (the first's, where there is but
 * one), `last-chunk` behind the line of the chunk of size 0.
 */
export type Place = number | "head" | "body" | "chunk-size" | "chunk" | "chunk-end" | "last-chunk";

/** What is done. */
export type Act =
  /** Ends the connection inside the answer. */
  | { readonly kind: "cut"; readonly at: Place; readonly by: Cut }
  /** Sends the answer up to a place, and then nothing: the connection stays open. */
  | { readonly kind: "stall"; readonly at: Place }
  /** Sends so many bytes at a time, with a wait in between. */
  | { readonly kind: "drip"; readonly bytes: number; readonly everyMs: number }
  /** Sends the answer in slices of so many bytes, without a wait. */
  | { readonly kind: "slice"; readonly bytes: number }
  /** Flips one bit of the answer's body, or of the request's. */
  | { readonly kind: "flip"; readonly of: "answer" | "request"; readonly at: number }
  /** The request takes effect; its answer never comes. */
  | { readonly kind: "swallow"; readonly by: Cut }
  /** The request never arrives. */
  | { readonly kind: "forget"; readonly by: Cut }
  /** Only so many bytes of the request arrive, and both connections are reset. */
  | { readonly kind: "cut-request"; readonly at: number }
  /** A well-formed answer that lacks so many of its last bytes: no client can see it. */
  | { readonly kind: "shorten"; readonly bytes: number }
  /** The same, of whole lines. */
  | { readonly kind: "thin"; readonly lines: number }
  /** The request arrives twice; the client gets the second answer. */
  | { readonly kind: "twice" }
  | { readonly kind: "redirect"; readonly to: string; readonly status?: number }
  /** Another answer than the server's; the request arrives where `arrives` says so. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly type: string;
      readonly body: string;
      readonly arrives?: boolean;
    }
  /** A whole answer, and then the idle socket is closed under the client's next request. */
  | { readonly kind: "close-idle"; readonly by: Cut };

/** One entry of a script: the first whose conditions hold strikes. */
export type ProxyFault = FaultWhen & {
  /** Only requests of this method. */
  readonly method?: string;
  readonly act: Act;
};

const ACTS: Readonly<Record<Act["kind"], readonly string[]>> = {
  cut: ["at", "by"],
  stall: ["at"],
  drip: ["bytes", "everyMs"],
  slice: ["bytes"],
  flip: ["of", "at"],
  swallow: ["by"],
  forget: ["by"],
  "cut-request": ["at"],
  shorten: ["bytes"],
  thin: ["lines"],
  twice: [],
  redirect: ["to"],
  answer: ["status", "type", "body"],
  "close-idle": ["by"],
};

/**
 * Reads a script from JSON text, a list of faults: `{"path": "/api/v0/fetch", "after": 2, "act":
 * {"kind": "cut", "at": "chunk-size", "by": "rst"}}`. A path that begins with `~` is a regular
 * expression. Throws TypeError on anything that it does not know.
 */
export function parseScript(text: string): ProxyFault[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new TypeError("a script is a list of faults");
  return entries.map((entry: ProxyFault, i) => {
    const { act, path } = entry;
    const needs = Object.hasOwn(ACTS, act?.kind) ? ACTS[act.kind] : undefined;
    if (!needs)
      throw new TypeError(`fault ${i + 1}: act.kind is none of ${Object.keys(ACTS).join(", ")}`);
    const missing = needs.find((name) => !Object.hasOwn(act, name));
    if (missing) throw new TypeError(`fault ${i + 1}: ${act.kind} needs act.${missing}`);
    if (typeof path !== "string" || !path.startsWith("~")) return entry;
    return { ...entry, path: new RegExp(path.slice(1)) };
  });
}

/** Error bodies as servers send them with a 200. */
const ERROR_BODIES = [
  { type: "application/xml", body: "<Error><Code>InternalError</Code></Error>" },
  { type: "text/plain", body: "# ERROR: something broke\n" },
  { type: "text/html", body: "<html><body>Service under maintenance</body></html>" },
];

/**
 * Faults drawn from a seed: each strikes one request out of the next `requests`, whichever comes.
 * `allowed`: kinds that may be drawn.
 */
export function drawScript(
  seed: number,
  count: number,
  requests: number,
  allowed: readonly Act["kind"][] = Object.keys(ACTS) as Act["kind"][],
): ProxyFault[] {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  return Array.from({ length: count }, () => ({
    after: below(requests),
    times: 1,
    act: drawAct(pick(allowed), below, pick),
  }));
}

const PLACES: readonly Place[] = [
  "head",
  "body",
  "chunk-size",
  "chunk",
  "chunk-end",
  "last-chunk",
  -1,
  20,
];

function drawAct(
  kind: Act["kind"],
  below: (n: number) => number,
  pick: <T>(of: readonly T[]) => T,
): Act {
  const by = pick<Cut>(["fin", "rst"]);
  switch (kind) {
    case "cut":
      return { kind, at: pick(PLACES), by };
    case "stall":
      return { kind, at: pick(PLACES) };
    case "drip":
      return { kind, bytes: 50 + below(500), everyMs: 1 };
    case "slice":
      return { kind, bytes: 1 + below(7) };
    case "flip":
      return { kind, of: pick(["answer", "request"]), at: below(4_000) };
    case "cut-request":
      return { kind, at: below(2_000) };
    case "redirect":
      return { kind, to: "http://127.0.0.1:9/elsewhere", status: pick([301, 302, 307, 308]) };
    case "answer":
      return { kind, status: pick([200, 500, 503]), ...pick(ERROR_BODIES), arrives: below(2) > 0 };
    case "shorten":
      return { kind, bytes: 1 + below(40) };
    case "thin":
      return { kind, lines: 1 + below(3) };
    case "twice":
      return { kind };
    default:
      return { kind, by };
  }
}
