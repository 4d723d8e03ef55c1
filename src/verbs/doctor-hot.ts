// doctor: the hot store, and what its tokens are.
import { indexPeriods, readRuling } from "../cellar/snapshot.ts";
import type { Cold } from "../cellar/cold.ts";
import type { EnvName, Flow } from "../flow/flow.ts";
import { PURGE_LIMITS } from "../purge/limits.ts";
import { type HotOptions, openHot } from "../warp10/client.ts";
import type { TokenFacts } from "../warp10/hot.ts";
import { limited } from "../warp10/limited.ts";
import { encodeSelector } from "../warp10/selector.ts";
import { bad, examine, type Finding, ok, weak } from "./doctor-finding.ts";
import {
  judgeDeleteToken,
  judgeLimits,
  judgeProbeToken,
  judgeReadToken,
  judgeToken,
} from "./doctor-tokens.ts";
import type { OpenReader } from "./open.ts";
import { readLimitsOf } from "./read-limits.ts";
import type { Invocation } from "./verb.ts";

/** Longest time of one check, ms. */
const CHECK_MS = 60_000;

/** Every check on the flow's Warp 10. `cold` is undefined where the store cannot be read. */
export async function examineHot(
  inv: Invocation,
  flow: Flow,
  cold: Cold | undefined,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const read = tokenOf(inv, flow.source.readToken);
  let readFacts: TokenFacts | undefined;
  let readExposes: boolean | undefined;
  if (read === undefined) {
    found.push(notSet("read token", flow.source.readToken, true));
  } else {
    const token = await withHot(inv, flow.source.warp10, read, async (hot) => {
      const { signal } = inv.io;
      found.push(...(await examine("server", signal, () => examineServer(inv, flow, hot))));
      found.push(
        ...(await examine("read token", signal, async () => {
          readFacts = await hot.tokenFacts();
          const kind = judgeToken("read token", readFacts, "READ", inv.io.clock.now());
          return [...kind, ...judgeReadToken(readFacts)];
        })),
      );
      found.push(...(await examine("limits", signal, () => examineLimits(flow, hot, cold))));
      const exposed = await examineListing(inv, flow, hot);
      found.push(...exposed.findings);
      readExposes = exposed.exposes;
    });
    found.push(...token);
  }
  const tells = Object.hasOwn(readFacts?.attributes ?? {}, ".cap:tokeninfo.attr");
  const deletes = await examineDelete(inv, flow, readExposes, tells);
  const others = { read: readFacts?.applications, delete: deletes.facts?.applications };
  return [...found, ...deletes.findings, ...(await examineProbe(inv, flow, others, tells))];
}

const tokenOf = (inv: Invocation, { env }: EnvName): string | undefined => inv.io.env.get(env);

function notSet(what: string, { env }: EnvName, isNeeded: boolean): Finding {
  const advice = `Set ${env}${isNeeded ? "" : " in the job that purges"}; the flow names it.`;
  return (isNeeded ? bad : weak)(what, `${env} is not set`, advice);
}

/** Works with one token's port; what cannot even be opened is a finding. */
async function withHot(
  inv: Invocation,
  url: string,
  readToken: string,
  work: (hot: OpenReader) => Promise<void>,
): Promise<readonly Finding[]> {
  return examine("token", inv.io.signal, async () => {
    const hot = openLimited(inv, { url, readToken });
    try {
      await work(hot);
    } finally {
      await hot.close();
    }
    return [];
  });
}

/** A server that says nothing fails its check, and holds up no other. */
function openLimited(inv: Invocation, options: Omit<HotOptions, "clock" | "log">): OpenReader {
  const hot = openHot({ ...options, clock: inv.io.clock, log: inv.log });
  const limits = readLimitsOf(inv, CHECK_MS);
  return {
    ...limited(hot, limits),
    close: () => hot.close(),
    grantedLimits: () => hot.grantedLimits(limits),
  };
}

async function examineServer(inv: Invocation, flow: Flow, hot: OpenReader): Promise<Finding[]> {
  const facts = await hot.facts();
  const version = await hot.version();
  const wanted = flow.source.timeUnit;
  const unit =
    wanted === null || wanted === facts.timeUnit
      ? ok("time unit", `${facts.timeUnit}${wanted === null ? ", pinned by each plan" : ""}`)
      : bad("time unit", `${facts.timeUnit}, the flow says ${wanted}`, "Correct source.time-unit.");
  const known = /^[3-9]\./.test(version)
    ? ok("server", `Warp 10 ${version} (on Java 17, labelsid.slowimpl must be set in it)`)
    : weak(
        "server",
        `Warp 10 ${version}`,
        "This tool was held to Warp 10 3.5.0: try it on a copy first.",
      );
  return [known, unit, judgeClock("clock of Warp 10", facts.dateMs, inv.io.clock.now())];
}

/** Clocks of runner, server and store must agree, or no purge begins. */
export function judgeClock(check: string, thereMs: number, hereMs: number): Finding {
  const seconds = Math.round(Math.abs(thereMs - hereMs) / 1000);
  const seen = `${seconds} s from ours`;
  if (seconds * 1000 <= PURGE_LIMITS.clockSkewMs) return ok(check, seen);
  return bad(
    check,
    seen,
    `Set the clocks right: they may differ by ${PURGE_LIMITS.clockSkewMs / 1000} s.`,
  );
}

async function examineLimits(
  flow: Flow,
  hot: OpenReader,
  cold: Cold | undefined,
): Promise<readonly Finding[]> {
  const points = cold && (await largestBatch(cold, flow.name));
  const purges = flow.purge.mode !== "never";
  const needs = { series: BigInt(flow.batches.maxSeries), points, purges };
  return judgeLimits(await hot.grantedLimits(), needs);
}

/**
 * Estimated points of the largest batch of the newest plan; undefined: nothing is planned, or
 * nothing is known.
 */
async function largestBatch(cold: Cold, flow: string): Promise<bigint | undefined> {
  const newest = (await indexPeriods(cold, flow)).at(-1);
  const ruling = newest && (await readRuling(cold, { flow, period: newest.period }));
  const points = ruling?.batches.map((b) => b.points).filter((p) => p !== null) ?? [];
  return points
    .map(BigInt)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .at(-1);
}

/**
 * Whether the flow selects anything, and whether producers are shown: two producers' series print
 * alike else.
 */
async function examineListing(
  inv: Invocation,
  flow: Flow,
  hot: OpenReader,
): Promise<{ findings: readonly Finding[]; exposes: boolean | undefined }> {
  let exposes: boolean | undefined;
  const findings = await examine("listing", inv.io.signal, async () => {
    for (const selector of flow.source.select.map(encodeSelector)) {
      for await (const series of hot.find(selector)) {
        exposes = Object.hasOwn(series.labels, ".producer");
        const shown = ok("read token .expose", "producers are shown");
        const hidden =
          "Set .expose in read and delete token: else two producers' series look like one.";
        return [exposes ? shown : weak("read token .expose", "producers are hidden", hidden)];
      }
    }
    return [weak("selection", "no series", "Check source.select, and what the read token covers.")];
  });
  return { findings, exposes };
}

async function examineDelete(
  inv: Invocation,
  flow: Flow,
  readExposes: boolean | undefined,
  tells: boolean,
): Promise<{ findings: readonly Finding[]; facts: TokenFacts | undefined }> {
  const name = flow.source.deleteToken;
  const token = tokenOf(inv, name);
  let facts: TokenFacts | undefined;
  if (flow.purge.mode === "never") {
    return { findings: [ok("delete token", "not needed: purge.mode is never")], facts };
  }
  if (token === undefined) return { findings: [notSet("delete token", name, false)], facts };
  const findings = await examine("delete token", inv.io.signal, async () => {
    facts = await factsOf(inv, flow, flow.source.warp10, token, tells);
    const kind = judgeToken("delete token", facts, "WRITE", inv.io.clock.now());
    return [...kind, ...judgeDeleteToken(facts, readExposes)];
  });
  return { findings, facts };
}

async function examineProbe(
  inv: Invocation,
  flow: Flow,
  others: Parameters<typeof judgeProbeToken>[2],
  tells: boolean,
): Promise<readonly Finding[]> {
  const fence = flow.purge.writeFence;
  if (fence === null || flow.purge.mode === "never") return [];
  if (fence.kind === "accept-risk") {
    return [
      weak("write fence", `risk accepted: ${fence.reason}`, "Set a fence and probe it instead."),
    ];
  }
  const name = flow.source.probeToken;
  const token = tokenOf(inv, name);
  if (token === undefined) return [notSet("probe token", name, false)];
  // The probe token goes to ingress addresses alone (design §5).
  const [ingress = flow.source.warp10] = fence.probe;
  return examine("probe token", inv.io.signal, async () => {
    const facts = await factsOf(inv, flow, ingress, token, tells);
    const kind = judgeToken("probe token", facts, "WRITE", inv.io.clock.now());
    return [...kind, ...judgeProbeToken(facts, fence.maxPastMs, others)];
  });
}

/**
 * Facts of a write token; the read token lends its capabilities, at the server that it is for. A
 * server that tells attributes leaves them out where there are none.
 */
async function factsOf(
  inv: Invocation,
  { source }: Flow,
  url: string,
  readToken: string,
  tells: boolean,
): Promise<TokenFacts> {
  const lender = url === source.warp10 ? tokenOf(inv, source.readToken) : undefined;
  const lent = lender === undefined ? {} : { capabilityToken: lender };
  const hot = openLimited(inv, { url, readToken, ...lent });
  try {
    const facts = await hot.tokenFacts();
    return lender !== undefined && tells ? { ...facts, attributes: facts.attributes ?? {} } : facts;
  } finally {
    await hot.close();
  }
}
