// Mutants of what the tool learns from the bucket.
import type { Cold, Found } from "../../src/cellar/cold.ts";
import type { Mutant } from "../protocol/mutant.ts";
import type { Life } from "../protocol/scheduler.ts";
import type { World } from "../protocol/world.ts";

type Get = (key: string, get: Cold["get"], world: World, life: Life) => ReturnType<Cold["get"]>;

/** A mutant that changes what some verbs get. */
const withGet = (verbs: readonly string[], change: Get): Mutant => ({
  cold: (cold, world, life) =>
    verbs.includes(life.verb)
      ? { ...cold, get: (key) => change(key, cold.get, world, life) }
      : cold,
});

/** Objects whose keys begin so are not there. */
const invisible = (verbs: readonly string[], prefix: RegExp): Mutant =>
  withGet(verbs, async (key, get) => {
    const found = await get(key);
    return prefix.test(key) ? undefined : found;
  });

/** Attempts of a batch share their keys: what one writes is written over the other's. */
const sharedKeys: Mutant = {
  cold: (cold, world) => ({
    ...cold,
    async put(key, bytes) {
      await cold.put(key, bytes);
      const [role, flow, period, batch, , name] = key.split("/");
      if (role !== "data" || name === undefined) return;
      for (const other of world.bucket.keysUnder(`data/${flow}/${period}/${batch}/`)) {
        if (!other.endsWith(`/${name}`) || name === "manifest.json" || other === key) continue;
        world.overwrite(other, bytes);
      }
    },
  }),
};

const OTHER_PROCESS = "f".repeat(32);

/** The exporter verifies itself, and the gate takes its word. */
const ownReceipt: Mutant = {
  cold(cold, _, life) {
    const forged = (found: Found | undefined): Found | undefined => {
      if (!found) return undefined;
      const record = JSON.parse(Buffer.from(found.bytes).toString("utf8"));
      const text = JSON.stringify({ ...record, process: OTHER_PROCESS });
      return { ...found, bytes: Buffer.from(text) };
    };
    if (life.verb === "purge") {
      return {
        ...cold,
        get: async (key) => {
          const found = await cold.get(key);
          return key.startsWith("verified/") ? forged(found) : found;
        },
      };
    }
    if (life.verb !== "verify") return cold;
    // The verifier writes its receipt under the exporter's name.
    return {
      ...cold,
      async put(key, bytes) {
        if (!key.startsWith("verified/")) return cold.put(key, bytes);
        const record = JSON.parse(Buffer.from(bytes).toString("utf8"));
        const seal = await cold.get(record.seal.key);
        const { process } = JSON.parse(Buffer.from(seal?.bytes ?? []).toString("utf8") || "{}");
        return cold.put(key, Buffer.from(JSON.stringify({ ...record, process })));
      },
    };
  },
};

/** A list that fails ends, and a get that fails finds nothing. */
const errorsAreAbsence: Mutant = {
  cold: (cold) => ({
    ...cold,
    get: (key) => cold.get(key).catch(() => undefined),
    async *list(prefix) {
      try {
        yield* cold.list(prefix);
      } catch {
        // An end like any other.
      }
    },
  }),
};

/** Every batch is on every list. */
const everyList: Mutant = withGet(["purge"], async (key, get, world) => {
  const found = await get(key);
  if (!found || !key.startsWith("lists/")) return found;
  const record = JSON.parse(Buffer.from(found.bytes).toString("utf8"));
  const [any] = record.entries;
  const batches = world.bucket.keysUnder("seals/").map((seal) => seal.split("/")[3]);
  const entries = [...new Set(batches)].map((batch) => ({ ...any, batch }));
  return { ...found, bytes: Buffer.from(JSON.stringify({ ...record, entries })) };
});

/** Mutants of the bucket's side, by the protection that they switch off. */
export const COLD_MUTANTS: Readonly<Record<string, Mutant>> = {
  "fresh attempt keys": sharedKeys,
  "receipt from another process": ownReceipt,
  grace: {
    limits: { gcWaitMs: 0 },
    flow: (flow) => ({ ...flow, purge: { ...flow.purge, graceMs: 0 } }),
  },
  "grace by the store's collection wait": {
    limits: { gcWaitMs: 0 },
    flow: (flow) => ({ ...flow, purge: { ...flow.purge, graceMs: 60_000 } }),
  },
  approval: { flow: (flow) => ({ ...flow, purge: { ...flow.purge, mode: "automatic" } }) },
  holds: invisible(["purge"], /^holds\//),
  "intents looked up by key": invisible(["purge", "verify"], /^intents\//),
  "what the store does not answer is not absent": errorsAreAbsence,
  "purge list": everyList,
};
