// The write fence, probed and not believed: two refused canaries at least the ingestion lag apart
// (design §3).
import { ifReadable, readRecord, writeRecord } from "../cellar/records.ts";
import { fenceProbeKey, periodPrefix } from "../ledger/keys.ts";
import { fenceProbeRecord } from "../ledger/receipts.ts";
import { randomId } from "../runtime/random.ts";
import { type CheckLine, type GateCase, type GatePorts, no, yes } from "./check.ts";

/** The name of this check, as a gate's line has it. */
export const FENCE_CHECK = "write fence";
const DAY_MS = 86_400_000;

/**
 * Probes at the period's last timestamp (stricter than the batch's: a younger point is more likely
 * accepted), records a refusal, and needs an earlier recorded one at least `lag` and at most `lag`
 * + 1 day old.
 */
export async function checkFence(gate: GateCase, ports: GatePorts): Promise<CheckLine> {
  const fence = gate.flow.purge.writeFence;
  if (!fence) return no("wait", FENCE_CHECK, "none", "purge.write-fence in the flow");
  if (fence.kind === "accept-risk")
    return yes(FENCE_CHECK, `risk accepted: ${fence.reason}`, "a reason");
  const needed = `two refused probes ${fence.lagMs / 60_000} min apart`;
  const known = await readProbes(gate, ports, fence.probe);
  const nowMs = await ports.cold.nowMs();
  // A clock that was set since the gate compared them makes minutes of seconds.
  if (!isAlike(gate, nowMs, ports.clock.now())) {
    const seen = "the clocks of this machine and of the store are apart";
    const next = "set the clock of this machine or of the store right";
    return no("wait", FENCE_CHECK, seen, needed, { next });
  }
  // The first of two probes that lie a lag apart; the second is a recorded fresh one, or one made
  // now.
  const firstBefore = (secondMs: number): number | undefined =>
    known.find((ms) => secondMs - ms >= fence.lagMs && nowMs - ms <= fence.lagMs + DAY_MS);
  const fresh = known.filter((ms) => nowMs - ms <= gate.limits.fenceFreshMs).at(-1);
  const paired = fresh === undefined ? undefined : firstBefore(fresh);
  const first = paired ?? firstBefore(nowMs);
  if (paired === undefined && (fresh === undefined || first !== undefined)) {
    const failed = await probeNow(gate, ports, fence.probe);
    if (failed) return failed;
  }
  if (first !== undefined) {
    return yes(FENCE_CHECK, `refused at ${new Date(first).toISOString()} and now`, needed);
  }
  const since = known.filter((ms) => nowMs - ms <= fence.lagMs).at(0) ?? nowMs;
  return no("wait", FENCE_CHECK, "refused once", needed, {
    earliestMs: since + fence.lagMs,
    next: `cellarman purge ${gate.flow.name}`,
  });
}

/**
 * Whether the hot read began soon enough after the fence was probed; undefined: it did. A process
 * may stand still for days between the two (a suspended machine), and the fence may be lifted and
 * set again meanwhile: the read must not rest on what was refused before.
 */
export function checkFenceAge({ flow, limits }: GateCase, ageMs: number): CheckLine | undefined {
  if (flow.purge.writeFence?.kind !== "probe") return undefined;
  if (ageMs >= 0 && ageMs <= limits.fenceRestsMs) return undefined;
  const seen = `probed ${Math.round(ageMs / 60_000)} min before the hot read began`;
  const needed = `at most ${limits.fenceRestsMs / 60_000} min`;
  return no("retry", FENCE_CHECK, seen, needed, { next: `cellarman purge ${flow.name}` });
}

const isAlike = ({ limits }: GateCase, oneMs: number, otherMs: number): boolean =>
  Math.abs(oneMs - otherMs) <= limits.clockSkewMs;

/**
 * Times of recorded refusals at exactly these addresses, oldest first, ms by the store's clock; of
 * those alone that the prober's clock dates alike.
 */
async function readProbes(
  gate: GateCase,
  { cold }: GatePorts,
  ingress: readonly string[],
): Promise<number[]> {
  const times: number[] = [];
  for await (const { key } of cold.list(periodPrefix("fences", gate.at))) {
    // Unread, a probe permits nothing; no other needs it.
    const probe = await ifReadable(readRecord(cold, key, fenceProbeRecord));
    if (!probe || !sameList(probe.value.ingress, ingress)) continue;
    if (isAlike(gate, probe.lastModifiedMs, probe.value.clockMs)) times.push(probe.lastModifiedMs);
  }
  return times.toSorted((a, b) => a - b);
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

async function probeNow(
  gate: GateCase,
  ports: GatePorts,
  ingress: readonly string[],
): Promise<CheckLine | undefined> {
  if (!ports.prober) {
    return no("wait", FENCE_CHECK, "no probe token", "a probe at every ingress", {
      next: `set ${gate.flow.source.probeToken.env}, or accept-risk in the flow`,
    });
  }
  const timestamp = BigInt(gate.plan.value.range.end);
  const answers = await ports.prober.probe(timestamp);
  const open = answers.find((a) => a.outcome !== "refused");
  if (open || answers.length !== ingress.length) {
    const seen = open ? `${open.address}: ${open.outcome}: ${open.detail}` : "not all probed";
    return no("wait", FENCE_CHECK, seen, "refused at every ingress", {
      next: "set ingress.maxpast.override (ms) on that ingress below the flow's max-past",
    });
  }
  await writeRecord(ports.cold, fenceProbeKey(gate.at, randomId()), {
    schema: "cellarman/fence-probe/1",
    flow: gate.at.flow,
    period: gate.at.period,
    process: gate.process,
    ingress: [...ingress],
    timestamp: String(timestamp),
    clockMs: Math.round(ports.clock.now()),
  });
  return undefined;
}
