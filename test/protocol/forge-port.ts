// The default branch as a runner asks it: the flow's file as it is now, and a policy that may hold
// all.
import type { Forge } from "../../src/forge/forge.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

const POLICY = "version: 1\nhold: all\n";

/** The flow's file on the branch. */
export const FLOW_FILE = "flows/model.yaml";

/** Opens the default branch for one runner. */
export function forgePort(world: World, life: Life): Forge {
  const fileNow = async (path: string): Promise<string | undefined> => {
    const call = `branch ${path}`;
    const step = await world.scheduler.step(life, call);
    if (world.fault(life, step, call, ["fails"])) {
      throw world.failed(life, call, new CellarmanError("blocked", "git could not fetch main"));
    }
    life.watch.succeeded(call);
    if (path === FLOW_FILE) {
      life.watch.flowAsked = world.effects;
      return world.branch.now.text;
    }
    life.watch.asksPolicy(world.effects);
    return world.policyHeldAt === undefined ? undefined : POLICY;
  };
  return {
    branch: "main",
    pathInside: async (file) => file,
    fileAsFetched: fileNow,
    fileNow,
  };
}
