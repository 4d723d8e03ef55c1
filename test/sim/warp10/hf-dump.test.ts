// HFDUMP and the files that it leaves, and each switch of it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hfileStage, POINTS } from "../../support/hfiles.ts";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import { exec, messageOf, update } from "./stage.ts";

const CAPABLE = { "X-Warp10-Capabilities": "HFILES" };

/** What a script leaves, or its failure. */
async function said(sim: Warp10Sim, script: string, token = "HFILES"): Promise<unknown> {
  const reply = await exec(sim, script, token, { "X-Warp10-Capabilities": token });
  return reply.status === 200 ? JSON.parse(reply.text) : messageOf(reply);
}

const dump = (more: string, file = "x.hfile"): string =>
  `{ 'token' $t 'selector' '~(.*){}' 'path' '${file}' ${more} } HFDUMP`;
const WHOLE = "'end' 999 'timespan' 1000";

describe("HFDUMP", () => {
  it("writes a file beside its infos and its series, and leaves the infos", () =>
    hfileStage(async ({ sim, directory }) => {
      await update(sim, POINTS);
      const infos = {
        path: join(directory, "x.hfile"),
        gts: 3,
        datapoints: 9,
        "first.tick": 10,
        "last.tick": 60,
      };
      const [left] = (await said(sim, dump(WHOLE))) as [Record<string, unknown>];
      expect(left).toMatchObject(infos);
      expect(readdirSync(directory).toSorted()).toEqual(["x.hfile", "x.hfile.gts", "x.hfile.info"]);
      expect(left["size"]).toBe(readFileSync(join(directory, "x.hfile")).length);
      expect(JSON.parse(readFileSync(join(directory, "x.hfile.info"), "utf8"))).toEqual(left);
      expect(readFileSync(join(directory, "x.hfile.gts"), "utf8")).toContain("b%20%C3%A9{");
    }));

  it("takes end and timespan, the end inclusive, and FETCH's bounds", () =>
    hfileStage(async ({ sim }) => {
      await update(sim, "10// c{} 1\n20// c{} 2\n30// c{} 3");
      const count = async (bounds: string, file: string): Promise<unknown> =>
        said(sim, `${dump(bounds, file)} 'datapoints' GET`);
      expect(await count("'end' 30 'timespan' 20", "a.hfile")).toEqual([2]);
      expect(await count("'end' 30 'timespan' 21", "b.hfile")).toEqual([3]);
      expect(await count("'start' 10 'end' 20", "c.hfile")).toEqual([2]);
      expect(await count("'end' 30 'count' 1", "d.hfile")).toEqual([1]);
      expect(await said(sim, dump("", "e.hfile"))).toMatch(/HFDUMP given invalid parameters/);
    }));

  it("never overwrites, whole or partial, and keeps to its directory", () =>
    hfileStage(async ({ sim, directory }) => {
      await update(sim, POINTS);
      writeFileSync(join(directory, "x.hfile"), "mine");
      expect(await said(sim, dump(WHOLE))).toMatch(/already exists/);
      expect(readFileSync(join(directory, "x.hfile"), "utf8")).toBe("mine");
      await said(sim, dump(WHOLE, "../../elsewhere/y.hfile"));
      expect(existsSync(join(directory, "y.hfile"))).toBe(true);
    }));

  it("calls its macro with each encoder; class and labels that it changes are ignored", () =>
    hfileStage(
      async ({ sim, directory }) => {
        await update(sim, "10// c{} 1\n20// c{} 2\n30// c{} 3");
        const macro = "'macro' <% DUP SIZE $sizes SWAP +! DROP 'other' RENAME %>";
        expect(
          await said(sim, `[] 'sizes' STORE ${dump(`${WHOLE} ${macro}`)} DROP $sizes`),
        ).toEqual([[2, 1]]);
        expect(readFileSync(join(directory, "x.hfile.gts"), "utf8")).toMatch(/^c\{/);
        expect(await said(sim, dump(`${WHOLE} 'macro' <% DROP 7 %>`, "y.hfile"))).toMatch(
          /expects its macro to leave a Geo Time Series or GTSEncoder/,
        );
      },
      { chunkPoints: 2 },
    ));

  it("refuses what the documentation excludes", () =>
    hfileStage(async ({ sim }) => {
      expect(await said(sim, dump(`${WHOLE} 'format' 'CSV'`))).toMatch(
        /invalid value for 'format'/,
      );
      expect(await said(sim, dump(`${WHOLE} 'compress' 'ZIP'`))).toMatch(/for 'compress'/);
      expect(await said(sim, dump(`${WHOLE} 'selectors' [ 'c{}' ]`))).toMatch(/'selectors'/);
      expect(await said(sim, "7 HFDUMP")).toMatch(/HFDUMP expects a map/);
    }));

  it("reads what its token may; by secret alone, everything", () =>
    hfileStage(
      async ({ sim }) => {
        await update(sim, POINTS);
        const other = "d0000000-0000-4000-8000-00000000000f";
        sim.tokens.set("OTHER", { type: "READ", owners: [other], applications: ["demo"] });
        const secret = `${WHOLE} 'secret' 's'`;
        const points = " 'datapoints' GET";
        expect(await said(sim, dump(secret) + points, "OTHER")).toEqual([0]);
        const bare = `{ 'selector' '~(.*){}' 'path' 'y.hfile' ${secret} } HFDUMP${points}`;
        expect(await said(sim, bare, "OTHER")).toEqual([9]);
        expect(await said(sim, dump(WHOLE, "z.hfile"), "OTHER")).toMatch(/or valid secret/);
      },
      { dumpSecret: "s" },
    ));

  it("is thinned by its token's attributes, or not, as the switch says", async () => {
    for (const tokenAttributes of [true, false]) {
      await hfileStage(
        async ({ sim }) => {
          await update(sim, POINTS);
          const attributes = { ".count": "1", ".cap:hfdump": "" };
          sim.tokens.set("THIN", { type: "READ", applications: ["demo"], attributes });
          const [points] = (await said(sim, `${dump(WHOLE)} 'datapoints' GET`, "THIN")) as [number];
          expect(points).toBe(tokenAttributes ? 3 : 9);
        },
        { tokenAttributes },
      );
    }
  });
});

describe("switches of HFDUMP", () => {
  it("series whole, symbols that do not outlive the macro", () =>
    hfileStage(
      async ({ sim }) => {
        await update(sim, "10// c{} 1\n20// c{} 2\n30// c{} 3");
        const macro = "'macro' <% DUP SIZE 'n' STORE %>";
        const script = `0 'n' STORE ${dump(`${WHOLE} ${macro}`)} DROP $n`;
        expect(await said(sim, script)).toEqual([0]);
      },
      { macroCalls: "series", chunkPoints: 1, macroSymbols: "restored" },
    ));

  it("names of the files and of the infos", () =>
    hfileStage(
      async ({ sim, directory }) => {
        await update(sim, POINTS);
        const [infos] = (await said(sim, dump(WHOLE))) as [object];
        expect(infos).toMatchObject({ count: 9 });
        expect(Object.keys(infos)).not.toContain("gts");
        expect(readdirSync(directory).toSorted()).toEqual(["x.gts", "x.hfile", "x.info"]);
      },
      { naming: "replace", infoNames: { points: "count", series: "" } },
    ));

  it("no .info and .gts, by the switch or by the parameter catalog", async () => {
    const names = async (catalogFiles: boolean, more: string): Promise<string[]> => {
      let found: string[] = [];
      await hfileStage(
        async ({ sim, directory }) => {
          await update(sim, POINTS);
          await said(sim, dump(`${WHOLE} ${more}`));
          found = readdirSync(directory);
        },
        { catalogFiles },
      );
      return found;
    };
    expect(await names(false, "")).toEqual(["x.hfile"]);
    expect(await names(true, "'catalog' false")).toEqual(["x.hfile"]);
  });

  it("a temporary name until the file is whole; it is in the way of another dump", () =>
    hfileStage(
      async ({ sim, directory }) => {
        await update(sim, POINTS);
        sim.hfiles?.faults.push({ kind: "fail", path: "x.hfile" });
        expect(await said(sim, dump(WHOLE))).toMatch(/HFDUMP failed/);
        expect(readdirSync(directory)).toEqual(["x.hfile.tmp"]);
        expect(await said(sim, dump(WHOLE))).toMatch(/already exists/);
        await said(sim, dump(WHOLE, "y.hfile"));
        expect(readdirSync(directory).toSorted()).toContain("y.hfile");
      },
      { temporaryName: true },
    ));

  it("opaque bytes: no text of the points, the same size as plain ones", async () => {
    const bytes: Buffer[] = [];
    for (const encrypted of [true, false]) {
      await hfileStage(
        async ({ sim, directory }) => {
          await update(sim, POINTS);
          await said(sim, dump(`${WHOLE} 'compress' 'NONE'`));
          bytes.push(readFileSync(join(directory, "x.hfile")));
        },
        { encrypted },
      );
    }
    const [opaque, plain] = bytes;
    expect(plain?.includes("9007199254740993")).toBe(true);
    expect(opaque?.includes("9007199254740993")).toBe(false);
    expect(opaque?.length).toBe(plain?.length);
  });

  it("whether its points count as fetched", async () => {
    for (const fetched of [true, false]) {
      await hfileStage(
        async ({ sim }) => {
          await update(sim, POINTS);
          const reply = await exec(sim, `5 LIMIT ${dump(WHOLE)}`, "HFILES", CAPABLE);
          expect(reply.status).toBe(fetched ? 500 : 200);
          expect(reply.headers["x-warp10-fetched"]).toBe(fetched ? "6" : "0");
        },
        { fetched },
      );
    }
  });
});
