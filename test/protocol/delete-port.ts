// The delete as a runner sends it: refused, lost, queued, applied twice, applied in part; and the
// fence's probe.
import type { DeleteAnswer, Deleter } from "../../src/purge/delete.ts";
import type { FenceAnswer, Prober } from "../../src/purge/check.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { Warrant } from "../../src/purge/warrant.ts";
import { dryRunPort, fetchCall } from "./hot-port.ts";
import type { ModelSeries, QueuedDelete } from "./model-series.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

/** Opens the delete for one runner. */
export function deletePort(world: World, life: Life): Deleter {
  return {
    ...dryRunPort(world, life),
    remove: (warrant, nowMs) => remove(world, life, warrant, nowMs),
    close: async () => undefined,
  };
}

const DELETE_FAULTS = [
  "is refused",
  "is lost",
  "loses its answer",
  "loses its answer",
  "is applied in part",
  "is applied late",
  "is applied late",
  "is applied twice",
  "leaves a series out",
] as const;

/** A warrant is spent and the request sent in one go: no runner is paused in between. */
async function remove(
  world: World,
  life: Life,
  warrant: Warrant,
  nowMs: number,
): Promise<DeleteAnswer> {
  const { selector, range, batch } = warrant.spend(nowMs);
  const step = `${life.actor.name}${life.actor.calls} delete`;
  const call = `delete ${selector} ${range.start} ${range.end}`;
  const series = world.hot.matching(selector, "deletable");
  await world.promise.judge(life, { selector, range, series, batch });
  life.watch.sent();
  // Asked for more often than other faults: this is what the rest is about.
  const fault = world.rareFault(life, step, call, DELETE_FAULTS, 8);
  if (fault === "is refused") return { outcome: "refused", reason: "Invalid token." };
  if (fault === "is lost") return { outcome: "no-answer", reason: "no answer" };
  const left =
    fault === "leaves a series out" ? world.chance.below(`${step} out`, series.length) : -1;
  const touched = series.filter((_, i) => i !== left);
  const order: QueuedDelete = {
    series: fault === "is applied in part" ? touched.slice(0, 1) : touched,
    range,
    seen: life.watch.fetched.get(fetchCall(selector, range)) ?? new Map(),
    times: fault === "is applied twice" ? 2 : 1,
  };
  world.tell(life.actor.name, `deletes ${range.start}..${range.end} of ${namesOf(order.series)}`);
  world.hot.queued.push(order);
  const late = fault === "is applied late" || world.conduct.queues;
  if (!late) world.applyDelete(order);
  world.effects++;
  world.scheduler.answered(life, step, call);
  await world.scheduler.step(life, `answer of ${call}`);
  const answers =
    fault === undefined || fault === "is applied twice" || fault === "leaves a series out";
  if (!answers && world.chance.fraction(`${step} answers`) < 0.7) {
    return { outcome: "no-answer", reason: "the answer was lost" };
  }
  return { outcome: "complete", series: touched };
}

const namesOf = (series: readonly ModelSeries[]): string =>
  series.map((one) => one.identity).join(" and ") || "nothing";

/** Opens the fence's probe for one runner. */
export function probePort(world: World, life: Life): Prober {
  return {
    probe: async () => {
      const call = "probe the fence";
      const step = await world.scheduler.step(life, call);
      const fault = world.fault(life, step, call, ["fails", "is not understood"]);
      if (fault === "fails") {
        throw world.failed(life, call, new CellarmanError("network", "no answer to a canary"));
      }
      const answers = world.ingress.map(({ address, isFenced }): FenceAnswer => {
        if (fault) return { address, outcome: "unknown", detail: "something else" };
        return { address, outcome: isFenced ? "refused" : "accepted", detail: "as the fence is" };
      });
      if (answers.every((a) => a.outcome === "refused")) world.lastRefusedMs = world.nowMs;
      else world.wantsFence = true;
      return answers;
    },
  };
}
