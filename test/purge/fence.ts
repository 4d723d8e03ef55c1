// A write fence over a bucket whose clock moves, for the gate's check of it.
import { fenceProbeKey } from "../../src/ledger/keys.ts";
import { checkFence } from "../../src/purge/check-fence.ts";
import type { FenceAnswer, GatePorts } from "../../src/purge/check.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";

export const MINUTE = 60_000;
export const ADDRESS = "https://warp10.example.net";

/** A gate's fence over a bucket whose clock moves; counts the probes. */
export function fenceOf(answers: () => readonly FenceAnswer[] = refused) {
  const cold = memoryCold(100 * DAY_MS);
  const probed: bigint[] = [];
  const prober = {
    probe: (timestamp: bigint) => {
      probed.push(timestamp);
      return Promise.resolve(answers());
    },
  };
  const clock = { now: () => cold.clockMs + clock.offMs, offMs: 0 };
  const ports = { cold, prober, clock } as unknown as GatePorts;
  const check = async (minutes: number, gate = gateCase()) => {
    cold.clockMs += minutes * MINUTE;
    return checkFence(gate, ports);
  };
  return { cold, probed, check, ports, clock };
}

export const answer = (outcome: FenceAnswer["outcome"]): FenceAnswer => ({
  address: ADDRESS,
  outcome,
  detail: "d",
});
export const refused = () => [answer("refused")];
export const probes = (cold: MemoryCold): number =>
  [...cold.objects.keys()].filter((k) => k.startsWith("fences/")).length;

/** A recorded refusal, `minutes` after the beginning of the bucket's clock. */
export function plant(
  cold: MemoryCold,
  minutes: number,
  id: string,
  ingress = [ADDRESS],
  clockOffMs = 0,
): void {
  const nowMs = cold.clockMs;
  cold.clockMs += minutes * MINUTE;
  cold.plant(fenceProbeKey({ flow: "f", period: "2025-11" }, id), {
    schema: "cellarman/fence-probe/1",
    flow: "f",
    period: "2025-11",
    process: hexId(3),
    ingress,
    timestamp: "99",
    clockMs: cold.clockMs + clockOffMs,
  });
  cold.clockMs = nowMs;
}
