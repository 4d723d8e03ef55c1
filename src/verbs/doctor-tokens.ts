// What is to be said of tokens, by what the server tells of them (facts warp10 §§1.1, 2.8, 6).
// Pure.
import { thinningOf } from "../report/token-attributes.ts";
import { minute } from "../report/words.ts";
import type { TokenFacts } from "../warp10/hot.ts";
import type { GrantedLimits } from "../warp10/scripts.ts";
import { bad, type Finding, ok, weak } from "./doctor-finding.ts";

const DAY_MS = 86_400_000;
/** A token that expires sooner should be renewed now. */
const EXPIRES_SOON_MS = 14 * DAY_MS;
/** Operations that the count spends on one series, rounded up. */
const OPERATIONS_PER_SERIES = 50n;

const TELL =
  "Give the token the attribute .cap:tokeninfo.attr, so that its attributes can be checked.";

/** Type and expiry. */
export function judgeToken(
  name: string,
  facts: TokenFacts,
  type: TokenFacts["type"],
  nowMs: number,
): Finding[] {
  const kind = `${name} type`;
  const wanted =
    facts.type === type
      ? ok(kind, type)
      : bad(kind, facts.type, `A ${type} token belongs there: check the variables for a mix-up.`);
  return [wanted, judgeExpiry(`${name} expiry`, facts.expiryMs, nowMs)];
}

function judgeExpiry(check: string, expiryMs: number | undefined, nowMs: number): Finding {
  if (expiryMs === undefined) return weak(check, "not told", "Note the date elsewhere.");
  const seen = Number.isFinite(new Date(expiryMs).getTime()) ? minute(expiryMs) : String(expiryMs);
  if (expiryMs - nowMs > EXPIRES_SOON_MS) return ok(check, seen);
  return weak(check, seen, "Renew it before runs begin to fail.");
}

/** A read token: nothing that thins, one application. */
export function judgeReadToken(facts: TokenFacts): Finding[] {
  const { attributes, applications } = facts;
  const check = "read token attributes";
  const thinning = attributes && thinningOf(attributes);
  const thin =
    thinning === undefined
      ? weak(check, "not told", TELL)
      : thinning.length === 0
        ? ok(check, "none that thins a read")
        : bad(
            check,
            thinning.join(", "),
            "Use a token without them: they leave points out silently.",
          );
  const apps = `${applications.length === 0 ? "any" : applications.join(", ")}`;
  const one =
    applications.length === 1
      ? ok("read token applications", apps)
      : weak(
          "read token applications",
          apps,
          "Use a token of one application: else a count loads whole batches into memory.",
        );
  return [thin, one];
}

/** A delete token: may delete, shows what the read token shows. */
export function judgeDeleteToken(facts: TokenFacts, readExposes: boolean | undefined): Finding[] {
  const { attributes } = facts;
  if (attributes === undefined) return [weak("delete token attributes", "not told", TELL)];
  const may = Object.hasOwn(attributes, ".nodelete")
    ? bad("delete token attributes", ".nodelete", "Use a token that may delete.")
    : ok("delete token attributes", "may delete");
  const exposes = Object.hasOwn(attributes, ".expose");
  const check = "delete token .expose";
  if (readExposes !== undefined && exposes !== readExposes) {
    const seen = exposes ? "set, and not in the read token" : "not set, and in the read token";
    return [
      may,
      bad(check, seen, "Set .expose in both: else the gate never sees the same series."),
    ];
  }
  if (exposes) return [may, ok(check, "set")];
  return [may, weak(check, "not set", "Set .expose in read and delete token.")];
}

/**
 * A probe token: its own fence longer than the one it probes, of an application that nothing else
 * covers.
 */
export function judgeProbeToken(
  facts: TokenFacts,
  maxPastMs: number,
  others: { read: readonly string[] | undefined; delete: readonly string[] | undefined },
): Finding[] {
  const [own] = facts.applications;
  const covered =
    own !== undefined && (others.read?.includes(own) || others.delete?.includes(own) === true);
  const check = "probe token application";
  // A read token without applications covers all of them.
  const all = others.read?.length === 0;
  const application =
    covered || all
      ? bad(check, own ?? "?", "Give it an application that neither read nor delete token covers.")
      : own === undefined
        ? weak(check, "not told", "Make sure that it has an application of its own.")
        : ok(check, own);
  return [application, judgeProbeFence(facts.attributes, maxPastMs)];
}

function judgeProbeFence(attributes: TokenFacts["attributes"], maxPastMs: number): Finding {
  const check = "probe token .maxpast";
  if (attributes === undefined) return weak(check, "not told", TELL);
  if (Object.hasOwn(attributes, ".ignoor")) {
    return bad(
      check,
      ".ignoor",
      "Use a token without .ignoor: a dropped point answers 200 like a stored one.",
    );
  }
  const own = attributes[".maxpast"];
  const longer =
    "Give it a .maxpast (ms) longer than the flow's max-past: else only its own limit is probed.";
  if (own === undefined) return bad(check, "not set", longer);
  return Number(own) > maxPastMs ? ok(check, `${own} ms`) : bad(check, `${own} ms`, longer);
}

/** What the flow's batches need of the script engine. */
export interface Needs {
  readonly series: bigint;
  /** Of the largest planned batch; undefined: nothing is planned. */
  readonly points: bigint | undefined;
  /** Without purges a count that fails costs an estimate only. */
  readonly purges: boolean;
}

/** Limits of the script engine: a count that hits one fails, and then nothing is purged. */
export function judgeLimits(granted: GrantedLimits, needs: Needs): Finding[] {
  const judge = (what: keyof GrantedLimits, word: string, need: bigint | undefined): Finding => {
    const check = `limit of ${what}`;
    const has = granted[what];
    const least = need === undefined ? "" : `, needed about ${need}`;
    if (has !== undefined && (need === undefined || has >= need))
      return ok(check, `${has}${least}`);
    const seen = has === undefined ? `the server's default${least}` : `${has}${least}`;
    const advice =
      `Give the read token .cap:limits (or .cap:${word}) and raise warpscript.${word}.hard; ` +
      "or lower batches.max-series and batches.slice.";
    return needs.purges ? bad(check, seen, advice) : weak(check, seen, advice);
  };
  return [
    judge("points", "limit", needs.points),
    judge("operations", "maxops", needs.series * OPERATIONS_PER_SERIES),
    judge("series", "maxgts", needs.series),
  ];
}
