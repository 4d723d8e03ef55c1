// HFFETCH: selection, clipping, tokens, merging; and files served over HTTP.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hfileStage, POINTS } from "../../support/hfiles.ts";
import type { HfileStage } from "../../support/hfiles.ts";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import { exec, messageOf, OWNER, update } from "./stage.ts";

async function said(sim: Warp10Sim, script: string, token = "HFILES"): Promise<unknown> {
  const reply = await exec(sim, script, token, { "X-Warp10-Capabilities": "HFILES" });
  return reply.status === 200 ? JSON.parse(reply.text) : messageOf(reply);
}

async function dumped(sim: Warp10Sim, bounds = "'end' 999 'timespan' 1000"): Promise<void> {
  const file = `${sim.requests.length}.hfile`;
  await said(
    sim,
    `{ 'token' $t 'selector' '~(.*){}' 'path' '${file}' ${bounds} } HFDUMP DROP ` +
      "{ 'store' 'archive' } HFCAT DROP 'archive' HFRESCAN",
  );
}

const fetch = (more: string): string => `{ 'token' $t 'store' 'archive' ${more} } HFFETCH`;
const TICKS = "<% DROP ENCODER-> 'l' STORE DROP DROP DROP $l <% DROP 0 GET %> LMAP %> LMAP";

describe("HFFETCH", () => {
  it("selects as FETCH does and clips to the range, both ends inclusive", () =>
    hfileStage(async ({ sim }) => {
      await update(sim, POINTS);
      await dumped(sim);
      const one = "'selector' 'a{k=v}' 'start' 20 'end' 50";
      expect(await said(sim, `${fetch(one)} ${TICKS}`)).toEqual([[[50, 40, 30, 20]]]);
      const named = "'class' 'a' 'labels' { 'k' 'v' } 'end' 50 'timespan' 31";
      expect(await said(sim, `${fetch(named)} ${TICKS}`)).toEqual([[[50, 40, 30, 20]]]);
      expect(
        await said(sim, `${fetch("'selector' 'a{k=v}' 'end' 60 'count' 2")} ${TICKS}`),
      ).toEqual([[[60, 50]]]);
      expect(await said(sim, `${fetch("'selector' 'none{}' 'start' 0 'end' 9")} SIZE`)).toEqual([
        0,
      ]);
      expect(await said(sim, fetch("'selector' 'a{}'"))).toMatch(
        /HFFETCH given invalid parameters/,
      );
    }));

  it("gives what FETCH gives: encoders with each value's type, places and labels", () =>
    hfileStage(async ({ sim }) => {
      await update(sim, POINTS);
      await dumped(sim);
      const bounds = "'selector' '~(.*){}' 'start' 0 'end' 999";
      const shown =
        "<% DROP DUP LABELS SWAP DUP NAME SWAP ENCODER-> 'l' STORE DROP DROP DROP " +
        "$l <% DROP DUP 4 GET TYPEOF SWAP ->JSON + %> LMAP 3 ->LIST %> LMAP " +
        "<% DUP 0 GET 'k' GET SWAP 1 GET + TOSTRING %> SORTBY ->JSON";
      const cold = await said(sim, `${fetch(bounds)} ${shown}`);
      expect(cold).toEqual(
        await said(sim, `{ 'token' $t 'encoders' true ${bounds} } FETCH ${shown}`),
      );
      expect(cold).toHaveLength(1);
      expect(await said(sim, `${fetch(`${bounds} 'encoders' false`)} 0 GET TYPEOF`)).toEqual([
        "GTS",
      ]);
    }));

  it("merges the chunks of a series, unless told not to; leaves out points outside by clip", () =>
    hfileStage(
      async ({ sim }) => {
        await update(sim, POINTS);
        await dumped(sim);
        const one = "'selector' 'a{k=v}' 'start' 20 'end' 30";
        expect(await said(sim, `${fetch(`${one} 'merge' false`)} ${TICKS}`)).toEqual([
          [[30], [20]],
        ]);
        expect(await said(sim, `${fetch(`${one} 'merge' false 'clip' false`)} ${TICKS}`)).toEqual([
          [
            [40, 30],
            [20, 10],
          ],
        ]);
        const paged = "'selector' 'a{}' 'start' 0 'end' 99 'gskip' 1 'gcount' 1";
        expect(await said(sim, `${fetch(paged)} SIZE`)).toEqual([1]);
      },
      { chunkPoints: 2 },
    ));

  it("gives a point that two files hold twice, or once, as the switch says", async () => {
    for (const duplicates of ["kept", "last"] as const) {
      await hfileStage(
        async ({ sim }) => {
          await update(sim, "10// c{} 1\n20// c{} 2");
          await dumped(sim);
          await update(sim, "20// c{} 3");
          await dumped(sim);
          const one = "'selector' 'c{}' 'start' 0 'end' 99";
          const [ticks] = (await said(sim, `${fetch(one)} ${TICKS}`)) as [number[][]];
          expect(ticks).toEqual(duplicates === "kept" ? [[20, 20, 10, 10]] : [[20, 10]]);
        },
        { duplicates },
      );
    }
  });

  it("shows a token only what it may see, and hides producer and owner", () =>
    hfileStage(async ({ sim }) => {
      await update(sim, POINTS);
      await dumped(sim);
      const all = fetch("'selector' '~(.*){}' 'start' 0 'end' 999");
      const reader = (more: object): void =>
        sim.tokens.set("R", { type: "READ", owners: [OWNER], applications: ["demo"], ...more });
      reader({});
      expect(
        await said(sim, `${all} 0 GET LABELS KEYLIST '.owner' CONTAINS SWAP DROP`, "R"),
      ).toEqual([false]);
      reader({ owners: ["d0000000-0000-4000-8000-00000000000f"] });
      expect(await said(sim, `${all} SIZE`, "R")).toEqual([0]);
      reader({ attributes: { ".scope": "a{k=w}" } });
      expect(await said(sim, `${all} SIZE`, "R")).toEqual([1]);
      reader({ attributes: { ".count": "1" } });
      expect(await said(sim, `${all} <% DROP SIZE %> LMAP`, "R")).toEqual([[1, 1, 1]]);
      reader({ expiry: 1 });
      expect(await said(sim, all, "R")).toMatch(/Token Expired/);
    }));
});

describe("the dump directory over HTTP", () => {
  const served = (
    act: (stage: HfileStage, url: string, bytes: Buffer) => Promise<void>,
  ): Promise<void> =>
    hfileStage(
      async (stage) => {
        const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) & 0xff));
        writeFileSync(join(stage.directory, "x.hfile"), bytes);
        await act(stage, `${stage.sim.url}/hfiles/x.hfile`, bytes);
      },
      { serve: true },
    );
  const get = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
    globalThis.fetch(url, { headers });
  const bodyOf = async (answer: Response): Promise<Buffer> =>
    Buffer.from(await answer.arrayBuffer());

  it("whole, in ranges, and its head alone", () =>
    served(async (_stage, url, bytes) => {
      const whole = await get(url);
      expect(whole.status).toBe(200);
      expect(whole.headers.get("content-length")).toBe("100000");
      expect(whole.headers.get("content-encoding")).toBeNull();
      expect((await bodyOf(whole)).equals(bytes)).toBe(true);
      for (const [range, from, to] of [
        ["bytes=10-19", 10, 20],
        ["bytes=99990-", 99_990, 100_000],
        ["bytes=-5", 99_995, 100_000],
        ["bytes=99999-200000", 99_999, 100_000],
      ] as const) {
        const part = await get(url, { range });
        expect(part.status).toBe(206);
        expect(part.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/100000`);
        expect((await bodyOf(part)).equals(bytes.subarray(from, to))).toBe(true);
      }
      const head = await globalThis.fetch(url, { method: "HEAD" });
      expect(head.headers.get("content-length")).toBe("100000");
      expect((await get(url, { range: "bytes=100000-" })).status).toBe(416);
    }));

  it("its validator changes with the file; a range of another file is the whole one", () =>
    served(async ({ directory }, url, bytes) => {
      const etag = (await get(url)).headers.get("etag") ?? "";
      expect((await get(url, { range: "bytes=0-0", "if-range": etag })).status).toBe(206);
      writeFileSync(join(directory, "x.hfile"), bytes.subarray(1));
      expect((await get(url, { range: "bytes=0-0", "if-range": etag })).status).toBe(200);
    }));

  it("nothing outside the directory, and nothing where it is not served", () =>
    served(async ({ sim }, url) => {
      for (const name of ["none.hfile", "..%2Fx", "", "a%2Fb"]) {
        expect((await get(`${sim.url}/hfiles/${name}`)).status).toBe(404);
      }
      expect((await globalThis.fetch(url, { method: "PUT" })).status).toBe(405);
      await hfileStage(async (stage) => {
        expect((await get(`${stage.sim.url}/hfiles/x.hfile`)).status).toBe(404);
      });
    }));

  it("cut, resumed by a range; wrong bytes of the same size", () =>
    served(async ({ sim, directory }, url, bytes) => {
      sim.faults.push({ kind: "cut", path: "/hfiles/x.hfile", bytes: 50_000 });
      await expect(get(url).then(bodyOf)).rejects.toThrow();
      const rest = await bodyOf(await get(url, { range: "bytes=50000-" }));
      expect(rest.equals(bytes.subarray(50_000))).toBe(true);
      sim.faults.push({ kind: "wrongBytes", path: "/hfiles/x.hfile", bytes: 70_000 });
      const wrong = await bodyOf(await get(url));
      expect(wrong.length).toBe(bytes.length);
      expect(wrong[70_000]).not.toBe(bytes[70_000]);
      wrong[70_000] = bytes[70_000] ?? 0;
      expect(wrong.equals(bytes)).toBe(true);
      expect(readFileSync(join(directory, "x.hfile")).equals(bytes)).toBe(true);
    }));
});
