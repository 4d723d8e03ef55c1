// Stores: HFCAT, HFOPEN, HFRESCAN, HFCLOSE, HFINFO, HFTOKEN, and who may use them.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hfileStage, POINTS } from "../../support/hfiles.ts";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import { exec, messageOf, OWNER, update } from "./stage.ts";

async function said(sim: Warp10Sim, script: string, lent = "HFILES"): Promise<unknown> {
  const reply = await exec(sim, script, "HFILES", { "X-Warp10-Capabilities": lent });
  return reply.status === 200 ? JSON.parse(reply.text) : messageOf(reply);
}

const dump = (file: string): string =>
  `{ 'token' $t 'selector' '~(.*){}' 'path' '${file}' 'end' 999 'timespan' 1000 } HFDUMP DROP`;
const CAT = "{ 'store' 'archive' 'token' $t } HFCAT";
const COUNT =
  "{ 'store' 'archive' 'token' $t 'selector' '~(.*){}' 'start' 0 'end' 999 } HFFETCH " +
  "0 SWAP <% SIZE + %> FOREACH";

describe("a store", () => {
  it("reads what its catalogue lists, once it has looked", () =>
    hfileStage(async ({ sim, directory }) => {
      await update(sim, POINTS);
      await said(sim, dump("x.hfile"));
      expect(await said(sim, COUNT)).toEqual([0]);
      expect(await said(sim, CAT)).toEqual([1]);
      expect(readFileSync(join(directory, "hfcat.info"), "utf8")).toBe("x.hfile\n");
      expect(await said(sim, COUNT)).toEqual([0]);
      expect(await said(sim, "'archive' HFRESCAN DEPTH")).toEqual([0]);
      expect(await said(sim, COUNT)).toEqual([9]);
    }));

  it("sees a rescan's result when it has ended", () =>
    hfileStage(
      async ({ sim }) => {
        await update(sim, POINTS);
        await said(sim, `${dump("x.hfile")} ${CAT} DROP 'archive' HFRESCAN`);
        expect(await said(sim, COUNT)).toEqual([0]);
        await sleep(160);
        expect(await said(sim, COUNT)).toEqual([9]);
      },
      { rescanMs: 150 },
    ));

  it("does not list a file that is not whole, nor one that is none", () =>
    hfileStage(async ({ sim, directory }) => {
      await update(sim, POINTS);
      for (const name of ["x.hfile", "y.hfile", "z.hfile"]) await said(sim, dump(name));
      const size = readFileSync(join(directory, "y.hfile")).length;
      truncateSync(join(directory, "y.hfile"), size - 5);
      truncateSync(join(directory, "z.hfile"), 20);
      writeFileSync(join(directory, "w.hfile"), "no such file");
      expect(await said(sim, CAT)).toEqual([1]);
    }));

  it("fails where a listed file is missing or damaged", () =>
    hfileStage(async ({ sim, directory }) => {
      await update(sim, POINTS);
      await said(sim, `${dump("x.hfile")} ${CAT} 'archive' HFRESCAN`);
      truncateSync(join(directory, "x.hfile"), 30);
      expect(await said(sim, COUNT)).toMatch(/is not a valid HFile/);
      rmSync(join(directory, "x.hfile"));
      expect(await said(sim, COUNT)).toMatch(/'x.hfile' is missing/);
    }));

  it("is opened on a folder of its own, with the general secret, and closed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hfiles-store-"));
    await hfileStage(
      async ({ sim, directory }) => {
        await update(sim, POINTS);
        await said(sim, dump("x.hfile"));
        writeFileSync(join(folder, "x.hfile"), readFileSync(join(directory, "x.hfile")));
        const info = "{ 'store' 'late' } HFINFO 'files' GET SIZE";
        expect(await said(sim, info)).toMatch(/Unknown store 'late'/);
        const map = `{ 'store' 'late' 'root' '${encodeURIComponent(folder)}' }`;
        expect(await said(sim, `${map} 'wrong' HFOPEN`)).toMatch(/HFOPEN invalid secret/);
        expect(await said(sim, `${map} 's' HFOPEN`)).toEqual(["late"]);
        await said(sim, "{ 'store' 'late' } HFCAT 'late' HFRESCAN");
        expect(await said(sim, info)).toEqual([1]);
        await said(sim, "'late' HFCLOSE");
        expect(await said(sim, info)).toMatch(/Unknown store 'late'/);
        expect(await said(sim, "{ 'store' 'x' 'root' '/nowhere' } 's' HFOPEN")).toMatch(/root/);
      },
      { openSecret: "s" },
    );
    rmSync(folder, { recursive: true });
  });
});

describe("HFINFO and HFTOKEN", () => {
  it("tell what a file holds, by the names of the infos", () =>
    hfileStage(
      async ({ sim }) => {
        await update(sim, POINTS);
        await said(sim, `${dump("x.hfile")} ${dump("y.hfile")} ${CAT} 'archive' HFRESCAN`);
        const one = "{ 'store' 'archive' 'file' 'x.hfile' 'gts' true } HFINFO";
        expect(await said(sim, `${one} DUP 'count' GET SWAP 'gts.list' GET SIZE`)).toEqual([3, 9]);
        expect(
          await said(sim, "{ 'store' 'archive' 'file' NULL } HFINFO 'files' GET SIZE"),
        ).toEqual([2]);
        const none = "{ 'store' 'archive' 'file' 'none.hfile' } HFINFO";
        expect(await said(sim, none)).toMatch(/unknown file 'none.hfile'/);
      },
      { infoNames: { points: "count" } },
    ));

  it("an envelope of a token that reads what the files hold", () =>
    hfileStage(async ({ sim }) => {
      await update(sim, POINTS);
      await said(sim, `${dump("x.hfile")} ${CAT} 'archive' HFRESCAN`);
      expect(await said(sim, "'archive' HFTOKEN")).toEqual([
        { type: "READ", owners: [OWNER], producers: [OWNER], applications: ["demo"] },
      ]);
    }));
});

describe("capabilities", () => {
  const WORDS = [
    ["HFFETCH", COUNT],
    ["HFCAT", CAT],
    ["HFINFO", "{ 'store' 'archive' } HFINFO"],
    ["HFOPEN", "{ 'store' 'archive' } NULL HFOPEN"],
    ["HFCLOSE", "'archive' HFCLOSE"],
    ["HFRESCAN", "'archive' HFRESCAN"],
    ["HFTOKEN", "'archive' HFTOKEN"],
  ] as const;

  it.each(WORDS)("%s demands its own, for the store", (name, script) =>
    hfileStage(async ({ sim }) => {
      const attributes = { [`.cap:${name.toLowerCase()}`]: "other.*" };
      sim.tokens.set("ELSEWHERE", { type: "READ", attributes });
      expect(await said(sim, script, "READ")).toContain(
        `missing capability '${name.toLowerCase()}'`,
      );
      expect(await said(sim, script, "ELSEWHERE")).toContain("does not grant access to store");
      expect(await said(sim, script)).not.toContain("capability");
    }),
  );

  it("are not asked for where the switch says so", () =>
    hfileStage(
      async ({ sim }) => {
        for (const [, script] of WORDS) {
          expect(await said(sim, script, "READ")).not.toContain("capability");
        }
      },
      { capabilities: false },
    ));
});
