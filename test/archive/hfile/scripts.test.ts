// The scripts on the stand-in: what they leave, under every switch that changes what they see.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HfilesOptions } from "../../../sim/warp10/hfiles/options.ts";
import { readColdPoints } from "../../../src/archive/hfile/cold-points.ts";
import type { HfileScript } from "../../../src/archive/hfile/script.ts";
import { ALL, type Params, POINTS, type Totals } from "../../support/hfiles.ts";
import { hfileStage, resultOf, rows } from "../../support/hfiles.ts";
import { messageOf, update } from "../../sim/warp10/stage.ts";

const SWITCHES: readonly (readonly [string, Omit<HfilesOptions, "directory">])[] = [
  ["as documented", {}],
  ["the macro is called with a series whole", { macroCalls: "series" }],
  ["chunks of two points", { chunkPoints: 2 }],
  ["the macro's symbols do not outlive it", { macroSymbols: "restored", chunkPoints: 1 }],
  ["other names of the infos", { infoNames: { points: "count", series: "" } }],
  ["other names of the files", { naming: "replace" }],
  ["no .info and .gts", { catalogFiles: false }],
  ["a temporary name", { temporaryName: true }],
  ["opaque bytes", { encrypted: true }],
  ["HFDUMP and HFFETCH are not counted as fetches", { fetched: false }],
  ["stores that must be opened", { storesOpen: false }],
];

describe("dump, then read the archive", () => {
  it.each(SWITCHES)("%s", (_name, switches) =>
    hfileStage(async ({ sim, directory, run, result }) => {
      await update(sim, POINTS);
      const compress = "NONE";
      const reply = await run("dump", {
        ...ALL,
        file: "x.hfile",
        compress,
        attributes: { flow: "f" },
      });
      const dumped = resultOf<Totals>("dump", reply);
      expect(dumped.points).toBe("9");
      expect(reply.headers["x-warp10-fetched"]).toBe(switches.fetched === false ? "0" : "9");
      expect(dumped.infos[switches.infoNames?.points ?? "datapoints"]).toBe(9);
      expect(dumped.infos["attributes"]).toEqual({ flow: "f" });
      expect(existsSync(join(directory, "x.hfile"))).toBe(true);
      const cat = await result<object>("open", { store: "archive", cat: {} });
      expect(cat).toEqual({ cat: ["1"] });
      const opens = switches.storesOpen === false ? { open: {} } : { rescan: true };
      await result("open", { store: "archive", ...opens });
      const hot = await result("digest-hot", ALL);
      expect(rows(hot)).toEqual(rows(dumped));
      expect(rows(await result("digest-hot", { ...ALL, oneApplication: false }))).toEqual(
        rows(hot),
      );
      expect(rows(await result("digest-cold", ALL))).toEqual(rows(hot));
      const info = await result<{ infos: object[] }>("info", { store: "archive", file: "x.hfile" });
      expect(info.infos[0]).toMatchObject({ path: join(directory, "x.hfile") });
      const cold = readColdPoints(await result("points-cold", ALL));
      expect(new Set([...cold.values()].map(({ points }) => points.length))).toEqual(
        new Set([1, 2, 6]),
      );
    }, switches),
  );

  it("lists what a series holds, oldest and newest, and nothing of a series without points", () =>
    hfileStage(async ({ sim, result }) => {
      await update(sim, `${POINTS}\n2000// late{} 1`);
      const { series } = await result("digest-hot", ALL);
      const facts = series.map(([className, labels, points, , oldest, newest]) => [
        className,
        labels["k"],
        points,
        oldest,
        newest,
      ]);
      expect(new Set(facts)).toEqual(
        new Set([
          ["a", "v", "6", "10", "60"],
          ["a", "w", "2", "10", "20"],
          ["b é", undefined, "1", "10", "10"],
        ]),
      );
    }));

  it("digests of ranges that do not overlap add up to that of the whole", () =>
    hfileStage(async ({ sim, result }) => {
      await update(sim, POINTS);
      const parts = await Promise.all(
        [
          ["0", "20"],
          ["21", "40"],
          ["41", "999"],
        ].map(([start, end]) => result("digest-hot", { ...ALL, selector: "a{k=v}", start, end })),
      );
      const whole = await result("digest-hot", { ...ALL, selector: "a{k=v}" });
      const sum = parts.reduce((all, { series }) => all + BigInt(series[0]?.[3] ?? "0"), 0n);
      expect(BigInt.asIntN(64, sum).toString()).toBe(whole.series[0]?.[3]);
    }));

  it("the bounds of a dump are those of a fetch, both inclusive", () =>
    hfileStage(async ({ sim, result }) => {
      await update(sim, POINTS);
      const bounds = { ...ALL, selector: "a{k=v}", start: "20", end: "50" };
      const dumped = await result("dump", { ...bounds, file: "x.hfile" });
      const [, , points, , oldest, newest] = dumped.series[0] ?? [];
      expect([points, oldest, newest]).toEqual(["4", "20", "50"]);
      expect(rows(dumped)).toEqual(rows(await result("digest-hot", bounds)));
    }));

  it("a server that takes the other end of a timespan is caught by the digest", () =>
    hfileStage(
      async ({ sim, result }) => {
        await update(sim, POINTS);
        const bounds = { ...ALL, selector: "a{k=v}", start: "20", end: "50" };
        const dumped = await result("dump", { ...bounds, file: "x.hfile" });
        expect(rows(dumped)).not.toEqual(rows(await result("digest-hot", bounds)));
      },
      { spanEnd: "exclusive" },
    ));
});

describe("under a time box", () => {
  it("each script, compiled as one macro, does the same", () =>
    hfileStage(async ({ sim, run }) => {
      await update(sim, POINTS);
      const shared = { mutex: "m", keep: "k", progress: true };
      const calls: readonly (readonly [HfileScript, Params])[] = [
        ["discover", {}],
        ["dump", { ...ALL, ...shared, file: "x.hfile", tags: ["t"], blocksize: 65_536 }],
        ["collect", shared],
        ["digest-hot", ALL],
        ["digest-hot", { ...ALL, oneApplication: false }],
        ["open", { store: "archive", cat: {}, open: {}, rescan: true }],
        ["digest-cold", ALL],
        ["points-cold", ALL],
        ["info", { store: "archive", gts: true }],
        ["session", { session: "s" }],
        ["kill", { session: "s" }],
      ];
      expect(new Set(calls.map(([name]) => name)).size).toBe(10);
      const counts: unknown[] = [];
      for (const [name, params] of calls) {
        const boxed = await run(name, params, { "X-Warp10-Timebox": "PT30S" });
        counts.push(resultOf<Partial<Totals>>(name, boxed).points);
      }
      expect(counts.filter((points) => points !== undefined)).toEqual(Array(6).fill("9"));
    }));
});

describe("parameters and secrets", () => {
  it("find their headers whatever their case", () =>
    hfileStage(async ({ sim, run }) => {
      await update(sim, POINTS);
      const reply = await run("digest-hot", {}, { "x-CELLARMAN-params": JSON.stringify(ALL) });
      expect(resultOf<Totals>("digest-hot", reply).points).toBe("9");
    }));

  it("never show in an error", () =>
    hfileStage(async ({ sim, run }) => {
      sim.tokens.set("THE-COLD-TOKEN", { type: "WRITE" });
      const headers = {
        "X-Cellarman-Cold-Token": "THE-COLD-TOKEN",
        "X-Cellarman-Hf-Secret": "THE-SECRET",
      };
      const replies = [
        await run("dump", { ...ALL, file: "x.hfile", format: "NONE" }, headers),
        await run("digest-hot", { ...ALL, selector: "{" }, headers),
        await run("digest-cold", ALL, headers),
        await run("points-cold", ALL, headers),
        await run("open", { store: "nowhere", open: {} }, headers),
        await run("info", { store: "nowhere" }, headers),
        await run("collect", { keep: "none", mutex: "m" }, headers),
      ];
      for (const reply of replies) {
        expect(reply.status).toBe(500);
        expect(reply.text).not.toMatch(/THE-COLD-TOKEN|THE-SECRET|HFILES'/);
      }
    }));

  it("the secret of HFDUMP and HFOPEN reaches them", () =>
    hfileStage(
      async ({ sim, run }) => {
        sim.tokens.set("PLAIN", { type: "READ", owners: [], applications: ["demo"] });
        const asked = { ...ALL, file: "x.hfile" };
        const plain = { "X-Warp10-Token": "PLAIN", "X-Warp10-Capabilities": "PLAIN" };
        const without = await run("dump", asked, plain);
        expect(messageOf(without)).toContain("HFDUMP missing capability 'hfdump' or valid secret.");
        const secret = { "X-Cellarman-Hf-Secret": "s" };
        resultOf("dump", await run("dump", asked, { ...plain, ...secret }));
        const opened = { store: "archive", open: {} };
        expect(messageOf(await run("open", opened))).toContain("HFOPEN invalid secret.");
        resultOf("open", await run("open", opened, secret));
      },
      { dumpSecret: "s", openSecret: "s" },
    ));

  it("limits are raised as far as they are granted, and reaching one is an error", () =>
    hfileStage(
      async ({ sim, run, result }) => {
        await update(sim, POINTS);
        const asked = { ...ALL, file: "x.hfile" };
        expect(messageOf(await run("dump", asked))).toContain("exceeded limit of 5 datapoints");
        const limits = {
          operations: "100000",
          points: "9",
          series: "3",
          loop: "60000",
          json: "9999",
        };
        await result("dump", { ...asked, file: "y.hfile", limits });
        const few = { ...asked, file: "z.hfile", limits: { ...limits, points: "8" } };
        expect(messageOf(await run("dump", few))).toContain("exceeded limit of 8 datapoints");
        expect(readdirSync(sim.hfiles?.settings.directory ?? "")).toContain("z.hfile");
      },
      {},
      {
        limits: {
          maxops: 500,
          maxfetch: 5,
          maxgts: 5,
          maxloop: 5000,
          maxdepth: 1000,
          maxsymbols: 64,
          maxjson: 20_971_520,
        },
      },
    ));
});
