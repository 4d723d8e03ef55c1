// The scripts of the HFiles exporter on a server: dumped, catalogued, read back, watched, killed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readColdPoints } from "../../src/archive/hfile/cold-points.ts";
import {
  type HfileScript,
  HFILE_HEADERS,
  hfileScript,
  paramsHeader,
} from "../../src/archive/hfile/script.ts";
import { ALL, type Params, POINTS, resultOf, rows, type Totals } from "../support/hfiles.ts";
import { ServerDigest } from "../support/server-digest.ts";
import { identityOf } from "../../src/warp10/series.ts";
import { type HfileServer, hfileServerName, openHfileServer } from "./support/hfile-server.ts";

const MANY = Array.from({ length: 60 }, (_, i) => `10// many{n=${i}} ${i}`).join("\n");
const SESSION = "0a8f6c1d2b3e4f5061728394a5b6c7d8";

describe(hfileServerName(), () => {
  let server: HfileServer;

  beforeAll(async () => {
    server = await openHfileServer();
    await post("update", `${POINTS}\n${MANY}`, { "X-Warp10-Token": server.writer });
  });
  afterAll(() => server.close());

  async function post(path: string, body: string, headers: Record<string, string>) {
    const answer = await fetch(`${server.url}/api/v0/${path}`, {
      method: "POST",
      body,
      headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString("utf8");
    return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes, text };
  }

  async function run(name: HfileScript, params: Params, headers: Record<string, string> = {}) {
    const reply = await post("exec", hfileScript(name), {
      "X-Warp10-ExposeHeaders": "h",
      "X-Warp10-Token": server.reader,
      "X-Warp10-Capabilities": server.reader,
      [HFILE_HEADERS.params]: paramsHeader(params),
      ...headers,
    });
    return { ...reply, broken: undefined };
  }

  const result = async <T = Totals>(name: HfileScript, params: Params): Promise<T> =>
    resultOf<T>(name, await run(name, params));

  const one = { ...ALL, selector: "~(a|b.*){}" };

  it("dumps a file that reads back as it was hot", async () => {
    const asked = { file: "real.hfile", mutex: "real", keep: "real", progress: true };
    const reply = await run("dump", {
      ...one,
      ...asked,
      compress: "GZ",
      attributes: { flow: "f" },
    });
    const dumped = resultOf<Totals>("dump", reply);
    expect(dumped.points).toBe("9");
    expect(reply.headers["x-warp10-fetched"]).toBe("9");
    expect(dumped.infos["datapoints"]).toBe(9);
    expect(existsSync(join(server.directory, "real.hfile"))).toBe(true);
    expect(rows(await result("collect", { mutex: "real", keep: "real" }))).toEqual(rows(dumped));
    await result("open", { store: "archive", cat: {}, rescan: true });
    expect(rows(await result("digest-hot", one))).toEqual(rows(dumped));
    expect(rows(await result("digest-cold", one))).toEqual(rows(dumped));
    const info = await result<object>("info", { store: "archive", file: "real.hfile" });
    expect(info).toMatchObject({ infos: [{ datapoints: 9 }] });
    const points = readColdPoints(await result("points-cold", one));
    for (const [className, labels, count, digest] of dumped.series) {
      const held = points.get(identityOf({ className, labels }))?.points ?? [];
      const mine = new ServerDigest();
      for (const point of held) mine.add(point);
      expect(String(mine.points)).toBe(count);
      expect([undefined, digest]).toContain(mine.digest);
    }
    const again = await run("dump", { ...one, file: "real.hfile" });
    expect(again.status).toBe(500);
  });

  it("tells what it has", async () => {
    const { words } = await result<{ words: Record<string, string[]> }>("discover", {});
    const present = Object.keys(words).filter(
      (name) => words[name]?.includes(`Unknown function '${name}'`) !== true,
    );
    expect(present).toEqual(expect.arrayContaining(["HFDUMP", "HFFETCH", "WSINFO", "MUTEX"]));
  });

  it("shows a running dump, and kills it without a result", async () => {
    const many = { ...ALL, selector: "many{}", file: "many.hfile", progress: true };
    const running = run("dump", many, { "X-Warp10-WarpScriptSession": SESSION });
    let seen: Record<string, unknown> | undefined;
    while (seen === undefined) {
      await sleep(20);
      const { running: list } = await result<{ running: Record<string, unknown>[] }>("session", {
        session: SESSION,
      });
      seen = list.find(({ name }) => /^points=[1-9]/.test(String(name)));
    }
    expect(seen).toMatchObject({ section: expect.any(String), uuid: expect.any(String) });
    expect(await result("kill", { session: SESSION })).toEqual({ signalled: "1" });
    const killed = await running;
    expect(killed.status).toBe(500);
    expect(killed.text).toContain("KILL signal");
    expect(await result("session", { session: SESSION })).toEqual({ running: [] });
  });

  it("ends a dump at its time box", async () => {
    const many = { ...ALL, selector: "many{}", file: "boxed.hfile" };
    const boxed = await run("dump", many, { "X-Warp10-Timebox": "300" });
    expect(boxed.status).toBe(500);
    expect(boxed.text).toContain("TIMEBOX reached the execution time limit");
  });
});
