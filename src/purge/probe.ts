// The write fence, probed: a canary point in the range's last instant must be refused at every
// ingress (design §3).
import type { Clock } from "../runtime/clock.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Log } from "../runtime/log.ts";
import { openHot } from "../warp10/client.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import { askAll } from "../warp10/http/call.ts";
import { ServerSaid } from "../warp10/http/failure.ts";
import { baseOf, openWire } from "../warp10/http/wire.ts";
import { deletionByHand } from "./delete.ts";

/** Class of every canary. */
const CANARY_CLASS = "cellarman.canary";
const UPDATE_PATH = "/api/v0/update";
const MAX_ANSWER_BYTES = 65_536;
const UNSEEN =
  "answered 200: the point was stored, or dropped in silence, which only a probe read token tells";

/** What one ingress did with its canary. Only "refused" speaks for a fence at once. */
type CanaryOutcome =
  /** 400, too far in the past. */
  | "refused"
  /** 200, and on a fetch; or 200 with nobody to look: it must be taken for stored. */
  | "accepted"
  /** Anything else. */
  | "unknown";

/** One ingress' answer. */
export interface Canary {
  /** As the flow names it. */
  readonly address: string;
  /** Value of the label `probe`: its series was never used before. */
  readonly probe: string;
  readonly outcome: CanaryOutcome;
  /**
   * True when the point was taken with a 200 and was not on a fetch: dropped in silence, or not yet
   * visible. It speaks for a fence only when it is still absent a lag later (`canaryIsThere`).
   */
  readonly absent: boolean;
  /** What was said, and for an accepted canary what to set and how to delete the point. */
  readonly detail: string;
}

/** What is probed, and with what. */
export interface FenceProbe {
  /** Every address that takes points. */
  readonly ingress: readonly string[];
  /** A write token whose own `.maxpast` is longer than the fence. */
  readonly probeToken: string;
  /** Name of the variable that holds it, for the call that deletes a canary. */
  readonly probeTokenVariable: string;
  /** Reads what the probe token writes; without it only a definite refusal speaks for the fence. */
  readonly probeReadToken?: string;
  /** Where to look for canaries: the server that is read. */
  readonly warp10: string;
  /** The last instant of the range to be deleted, platform units. */
  readonly timestamp: bigint;
  /** Unguessable and new (`randomId`). */
  readonly probeId: string;
  /** The fence that the flow claims, ms: what to set `ingress.maxpast.override` to. */
  readonly maxPastMs: number;
  readonly clock: Clock;
  readonly log?: Log;
}

/**
 * Writes one canary to each ingress, each of a series of its own, and looks for those that were
 * taken. Writes once; throws only for options that cannot be sent and when the caller's signal
 * aborts.
 */
export async function probeFence(
  probe: FenceProbe,
  limits: ReadLimits = {},
): Promise<readonly Canary[]> {
  const canaries: Canary[] = [];
  for (const [index, ingress] of probe.ingress.entries()) {
    limits.signal?.throwIfAborted();
    canaries.push(await sendCanary(probe, ingress, `${probe.probeId}.${index}`, limits));
  }
  return canaries;
}

async function sendCanary(
  probe: FenceProbe,
  address: string,
  id: string,
  limits: ReadLimits,
): Promise<Canary> {
  const { taken, said } = await write(probe, address, id, limits);
  const canary = (outcome: CanaryOutcome, detail: string, absent = false): Canary => ({
    address,
    probe: id,
    outcome,
    absent,
    detail,
  });
  if (taken === undefined) return canary("unknown", said);
  if (!taken) return canary("refused", said);
  const advice = adviceFor(probe, address, id);
  if (probe.probeReadToken === undefined) return canary("accepted", `${UNSEEN}. ${advice}`);
  try {
    const there = await canaryIsThere(probe, id, limits);
    if (there) return canary("accepted", `the point was stored. ${advice}`);
    return canary("unknown", "answered 200, and the point is not there (yet)", true);
  } catch (thrown) {
    limits.signal?.throwIfAborted();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return canary("unknown", `answered 200; looking failed: ${reason}. ${advice}`);
  }
}

/** Whether the point was taken; undefined when nothing is known. */
async function write(
  probe: FenceProbe,
  ingress: string,
  id: string,
  limits: ReadLimits,
): Promise<{ taken: boolean | undefined; said: string }> {
  const { clock, log, probeToken: token } = probe;
  const wire = openWire({
    url: ingress,
    token,
    tokenName: "probe token",
    clock,
    log,
    reuse: false,
  });
  const question = {
    what: "probing the write fence",
    path: UPDATE_PATH,
    contentType: "text/plain; charset=utf-8",
    body: `${probe.timestamp}// ${canarySelector(id)} 1\n`,
  };
  try {
    await askAll(wire, question, limits, MAX_ANSWER_BYTES);
    return { taken: true, said: "answered 200" };
  } catch (thrown) {
    limits.signal?.throwIfAborted();
    if (!(thrown instanceof CellarmanError)) throw thrown;
    return { taken: isFence(thrown.cause) ? false : undefined, said: thrown.message };
  } finally {
    await wire.agent.close();
  }
}

/** 400 `… (Timestamp N is too far in the past.)` (facts warp10 §7; recordings 10-fences). */
function isFence(said: unknown): boolean {
  return (
    said instanceof ServerSaid && said.status === 400 && /too far in the past/.test(said.message)
  );
}

/**
 * Whether a canary is on a fetch with the probe read token. A canary that was taken counts as
 * dropped only when it is still absent after the ingestion lag: a cluster shows points late.
 * @throws CellarmanError as a fetch does; "usage" without a probe read token.
 */
export async function canaryIsThere(
  probe: Pick<FenceProbe, "probeReadToken" | "warp10" | "timestamp" | "clock" | "log">,
  id: string,
  limits: ReadLimits = {},
): Promise<boolean> {
  const { clock, log, probeReadToken: readToken, timestamp } = probe;
  if (readToken === undefined) {
    throw new CellarmanError("usage", "looking for a canary needs a probe read token");
  }
  const hot = openHot({
    url: probe.warp10,
    readToken,
    clock,
    ...(log === undefined ? {} : { log }),
  });
  try {
    const range = { start: timestamp, end: timestamp };
    let bytes = 0;
    for await (const chunk of hot.fetch(canarySelector(id), range, limits))
      bytes += chunk.byteLength;
    return bytes > 0;
  } finally {
    await hot.close();
  }
}

function canarySelector(id: string): string {
  return `${CANARY_CLASS}{probe=${encodeURIComponent(id)}}`;
}

function adviceFor(probe: FenceProbe, ingress: string, id: string): string {
  const range = { start: probe.timestamp, end: probe.timestamp };
  const call = deletionByHand(baseOf(ingress), canarySelector(id), range, probe.probeTokenVariable);
  return (
    `Set ingress.maxpast.override = ${probe.maxPastMs} (ms) on ${ingress}, ` +
    `then delete the canary: ${call}`
  );
}
