// A world whose flow reaches both servers through fault proxies.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FaultProxy, startProxy } from "../../sim/proxy/proxy.ts";
import { World, worldFlow, type WorldOptions } from "../../sim/world.ts";

/** How long a silent connection is waited for in these worlds, ms. */
export const STALL_MS = 250;

const DEADLINE_MS = 1_500;

/** A world behind two proxies. */
export interface Proxied {
  readonly world: World;
  readonly hot: FaultProxy;
  readonly store: FaultProxy;
  /** Ends all faults. */
  calm(): void;
  close(): Promise<void>;
}

/** Where a proxied world purges, and what it puts at risk meanwhile: nothing. */
const FLOW = [
  "period: { first: 2025-11 }",
  "batches: { by-label: host, max-series: 1 }",
  "run: { parallel: 2, retry: { type: constant, interval: PT1S, max-attempts: 3 } }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
].join("\n");

/** Starts servers, proxies and the flow that names the proxies. */
export async function startProxied(options: WorldOptions = {}, flow = FLOW): Promise<Proxied> {
  // Near a purge, reads have a deadline alone, and no limit of silence.
  const deadlines = {
    hotDeadlineMs: DEADLINE_MS,
    gateReadMs: DEADLINE_MS,
    recountMs: DEADLINE_MS,
    deleteMs: DEADLINE_MS,
  };
  const limits = { hotStallMs: STALL_MS, storeStallMs: STALL_MS, ...deadlines, ...options.limits };
  const world = await World.start({ ...options, limits });
  const hot = await startProxy({ to: world.warp10.url });
  const store = await startProxy({ to: world.cellar.url });
  const text = worldFlow({ warp10: hot, cellar: store }, flow);
  await writeFile(join(world.flows, "world.yaml"), text);
  return {
    world,
    hot,
    store,
    calm: () => {
      hot.faults.clear();
      store.faults.clear();
    },
    close: async () => {
      await Promise.all([hot.close(), store.close()]);
      await world.close();
    },
  };
}
