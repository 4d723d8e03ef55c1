// Mutants of what the gate learns from the hot store.
import type { Value } from "../../src/archive/points.ts";
import type { Hot } from "../../src/warp10/hot.ts";
import type { Range } from "../../src/warp10/range.ts";
import { formatSeries } from "../../src/warp10/text/write.ts";
import { fetchCall } from "../protocol/hot-port.ts";
import { type ModelSeries, pointName, pointsIn } from "../protocol/model-series.ts";
import type { Mutant } from "../protocol/mutant.ts";
import type { Life } from "../protocol/scheduler.ts";
import type { World } from "../protocol/world.ts";

/** A mutant that changes the hot store of some verbs. */
const withHot = (
  verbs: readonly string[],
  change: (hot: Hot, world: World, life: Life) => Partial<Hot>,
): Mutant => ({
  ports: (ports, world, life) =>
    verbs.includes(life.verb)
      ? { ...ports, hot: { ...ports.hot, ...change(ports.hot, world, life) } }
      : ports,
});

const bytesOf = (series: ModelSeries, points: readonly [bigint, Value][]): Buffer => {
  const typed = points.map(([timestamp, value]) => ({ timestamp, value }));
  return Buffer.from(formatSeries(series.className, series.labels, typed));
};

const valueOf = (name: string): Value => (name.includes(".") ? Number(name) : BigInt(name));

/**
 * Hot as the archive would have it: `keeps` says which points that it lacks are shown all the same.
 */
function asArchived(keepsUnknown: boolean): Mutant {
  const read = async (world: World, selector: string, range: Range) => {
    const archive = await world.promise.archive();
    const shown: [ModelSeries, [bigint, Value][]][] = [];
    for (const series of world.hot.matching(selector, "readable")) {
      const points = pointsIn(series, range).flatMap(([timestamp, value]): [bigint, Value][] => {
        const [known] = archive.values(pointName(series.identity, timestamp));
        if (known !== undefined) return [[timestamp, valueOf(known)]];
        return keepsUnknown ? [[timestamp, value]] : [];
      });
      if (points.length > 0) shown.push([series, points]);
    }
    return shown;
  };
  return withHot(["purge"], (hot, world, life) => ({
    async *fetch(selector, range) {
      for await (const _ of hot.fetch(selector, range)) continue;
      life.watch.fetched.set(fetchCall(selector, range), truePoints(world, selector, range));
      for (const [series, points] of await read(world, selector, range)) {
        yield bytesOf(series, points);
      }
    },
    async count(selector, range) {
      await hot.count(selector, range);
      const shown = await read(world, selector, range);
      const points = shown.reduce((n, [, some]) => n + some.length, 0);
      return { series: BigInt(shown.length), points: BigInt(points) };
    },
  }));
}

function truePoints(world: World, selector: string, range: Range): Map<string, Value> {
  const points = new Map<string, Value>();
  for (const series of world.hot.matching(selector, "readable")) {
    for (const [timestamp, value] of pointsIn(series, range)) {
      points.set(pointName(series.identity, timestamp), value);
    }
  }
  return points;
}

/** Every answer that fails is an empty one. */
const errorsAreEmpty = withHot(["archive", "verify", "purge"], (hot) => ({
  async *fetch(selector, range) {
    try {
      for await (const bytes of hot.fetch(selector, range)) {
        if (!Buffer.from(bytes).includes("# ERROR")) yield bytes;
      }
    } catch {
      // An end like any other.
    }
  },
  async *find(selector) {
    try {
      yield* hot.find(selector);
    } catch {
      // An end like any other.
    }
  },
  count: (selector, range) => hot.count(selector, range).catch(() => ({ series: 0n, points: 0n })),
}));

/** Mutants of the hot store's side, by the protection that they switch off. */
export const HOT_MUTANTS: Readonly<Record<string, Mutant>> = {
  "content gate": asArchived(false),
  "contents, not counts": asArchived(true),
  "hot read proven complete by a count": withHot(["purge"], (hot, _, life) => ({
    async count(selector, range) {
      await hot.count(selector, range);
      const seen = life.watch.fetched.get(fetchCall(selector, range)) ?? new Map<string, Value>();
      const series = new Set([...seen.keys()].map((name) => name.slice(0, name.lastIndexOf(" "))));
      return { series: BigInt(series.size), points: BigInt(seen.size) };
    },
  })),
  "an error is never empty": errorsAreEmpty,
  "write fence": {
    ports: (ports, world) => ({
      ...ports,
      prober: {
        probe: async (timestamp) => {
          const answers = (await ports.prober?.probe(timestamp)) ?? [];
          world.wantsFence = false;
          return answers.map((answer) => ({ ...answer, outcome: "refused" as const }));
        },
      },
    }),
  },
  "two probes a lag apart": {
    flow: (flow) => {
      const { writeFence } = flow.purge;
      if (writeFence?.kind !== "probe") return flow;
      return { ...flow, purge: { ...flow.purge, writeFence: { ...writeFence, lagMs: 0 } } };
    },
  },
  "D within R": {
    ports: (ports) => ({
      ...ports,
      hot: {
        ...ports.hot,
        async *find(selector) {
          const listed = new Set<string>();
          for await (const series of ports.hot.find(selector)) {
            listed.add(JSON.stringify(series));
            yield series;
          }
          for await (const series of ports.dryRunner.dryRun(selector, { start: 0n, end: 0n })) {
            if (!listed.has(JSON.stringify(series))) yield series;
          }
        },
      },
    }),
  },
};
