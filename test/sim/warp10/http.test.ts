import { gunzipSync } from "node:zlib";
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { NAMED, OWNER, ask, messageOf, staged, update } from "./stage.ts";

test("the clock is the caller's: Date header, now, activity, fences, expiry", () => {
  const clock = { ms: Date.UTC(2026, 10, 21) };
  return staged(
    async (sim) => {
      await update(sim, `// c{} 1`);
      const reply = await ask(sim, "fetch", {
        token: "READ",
        query: { selector: "c{}", end: "now", timespan: "1" },
      });
      expect(reply.headers.date).toBe("Sat, 21 Nov 2026 00:00:00 GMT");
      expect(reply.text).toBe(
        `${clock.ms * 1000}// c{.app=demo,.producer=${OWNER},.owner=${OWNER}} 1\n`,
      );
      sim.tokens.set("SHORT", {
        type: "READ",
        owners: [OWNER],
        applications: ["demo"],
        expiry: clock.ms + 10,
      });
      const asShort = () => ask(sim, "find", { token: "SHORT", query: { selector: "c{}" } });
      expect((await asShort()).status).toBe(200);
      clock.ms += 60 * 86_400_000;
      expect((await asShort()).status).toBe(403);
      expect(
        (await update(sim, `${(clock.ms - 59 * 86_400_000) * 1000}// c{} 2`, "WRITE_FENCED"))
          .status,
      ).toBe(400);
    },
    { now: () => clock.ms },
  );
});

test("a server-wide fence overrides tokens, and can be put up while the server runs", () =>
  staged(async (sim) => {
    const old = () => update(sim, "1// c{} 1", "PROBE");
    expect((await old()).status).toBe(200);
    sim.configure({ maxPastOverrideMs: 86_400_000 });
    const refused = await old();
    expect(refused.status).toBe(400);
    expect(messageOf(refused)).toContain("Timestamp 1 is too far in the past.");
    sim.configure({ outOfRangeIgnore: true });
    expect((await old()).status).toBe(200);
    sim.configure({ updateOff: "frozen" });
    expect([(await old()).status, messageOf(await old())]).toEqual([403, "frozen"]);
  }));

test("gzip'd answers are the same bytes, long and short", () =>
  staged(async (sim) => {
    for (const [className, points] of [
      ["long", 50_000],
      ["short", 3],
    ] as const) {
      const offsets = Float64Array.from({ length: points }, (_, i) => i);
      sim.store.load({ className, labels: {}, ...NAMED }, { base: 0n, offsets, longs: offsets });
      const query = { selector: `${className}{}`, start: "0", end: "99999999" };
      const plain = await ask(sim, "fetch", { token: "READ", query });
      const packed = await ask(sim, "fetch", {
        token: "READ",
        query,
        headers: { "Accept-Encoding": "gzip" },
      });
      expect(packed.headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
      expect(plain.headers["transfer-encoding"]).toBe(points > 3 ? "chunked" : undefined);
    }
  }));

test("a fetch is a snapshot: a slow reader does not see what is written or deleted meanwhile", () =>
  staged(async (sim) => {
    const points = 400_000;
    const offsets = Float64Array.from({ length: points }, (_, i) => i * 1000);
    sim.store.load({ className: "s", labels: {}, ...NAMED }, { base: 0n, offsets, longs: offsets });
    sim.faults.push({ path: "/api/v0/fetch", kind: "stall", bytes: 100_000, ms: 400 });
    const reading = ask(sim, "fetch", {
      token: "READ",
      query: { selector: "s{}", start: "0", end: "999999999" },
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await update(sim, "5// s{} 5");
    await ask(sim, "delete", {
      token: "DELETE",
      query: { selector: "s{}", start: "0", end: "300000000" },
    });
    const { text, broken } = await reading;
    expect(broken).toBeUndefined();
    expect(text.split("\n").length - 1).toBe(points);
    expect(text).not.toContain("=5// 5\n");
  }));

test("json of two selectors is two documents; binary becomes text; raw splits long series", () =>
  staged(async (sim) => {
    await update(sim, "1// a{} b64:AP8\n1/1:2/3 b{} 1.50\n");
    const query = { selector: "a{} b{}", start: "0", end: "9", format: "json" };
    const { text } = await ask(sim, "fetch", { token: "READ", query });
    expect(text).toContain("][");
    expect(text).toContain('"v":[[1,"\\u0000\\u00FF"]]');
    expect(text).toContain('"v":[[1,0.9999999823048711,1.9999999646097422,3,1.5]]');
    const offsets = Float64Array.from({ length: 60_000 }, (_, i) => i * 7);
    sim.store.load(
      { className: "r", labels: {}, ...NAMED },
      { base: 10n ** 15n, offsets, longs: offsets },
    );
    const raw = await ask(sim, "fetch", {
      token: "READ",
      query: { selector: "r{}", start: "0", end: String(10n ** 16n), format: "raw" },
    });
    const counts = raw.text
      .split("\r\n")
      .filter(Boolean)
      .map((line) => Number(/\/\/(\d+) /.exec(line)?.[1]));
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(60_000);
  }));

test("skip, step, timestep and boundaries thin a read", () =>
  staged(async (sim) => {
    await update(sim, [10, 20, 30, 40, 50, 60].map((ts) => `${ts}// t{} ${ts}`).join("\n"));
    const ticks = async (extra: Record<string, string>): Promise<number[]> => {
      const query = { selector: "t{}", start: "20", end: "50", ...extra };
      const { text } = await ask(sim, "fetch", { token: "READ", query });
      return Array.from(text.matchAll(/^=?(\d+)\//gm), (m) => Number(m[1]));
    };
    expect(await ticks({ skip: "1", count: "2" })).toEqual([40, 30]);
    expect(await ticks({ step: "2" })).toEqual([50, 30]);
    expect(await ticks({ timestep: "15" })).toEqual([50, 30]);
    expect(await ticks({ "boundary.pre": "1", "boundary.post": "1" })).toEqual([
      60, 50, 40, 30, 20, 10,
    ]);
  }));

test("a refused update keeps finished series, in request order, and lists all that it met", () =>
  staged(async (sim) => {
    const body = "1// a{} 1\n1// b{} 1\n2// a{} 2\n3// a{} 3\nnonsense\n9// a{} 9\n";
    expect((await update(sim, body)).status).toBe(400);
    expect(sim.store.points).toBe(2);
    const { text } = await ask(sim, "find", { token: "READ", query: { selector: "~(.*){}" } });
    expect(
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => line[0])
        .join(""),
    ).toMatch(/^(?:ab|ba)$/);
  }));

test("multivalues are one binary value", () =>
  staged(async (sim) => {
    await update(sim, "1// mv{} [ 10/1 20/2.5 30/'x' ]");
    const { text } = await ask(sim, "fetch", {
      token: "READ",
      query: { selector: "mv{}", start: "0", end: "9" },
    });
    expect(text).toMatch(/ b64:eAtMFAIQFAEyGBQBeAA\n$/);
  }));

test("npm run sim -- warp10 says its URL first, answers, and ends on a signal", async () => {
  const program = new URL("../../../sim/serve.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, "warp10", "--unit", "ns"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const first = await new Promise<string>((resolve) =>
    child.stdout.setEncoding("utf8").once("data", resolve),
  );
  const { url } = JSON.parse(first) as { url: string };
  const answer = await fetch(`${url}/api/v0/exec`, { method: "POST", body: "STU" });
  expect([answer.headers.get("x-warp10-timeunit"), await answer.text()]).toEqual([
    "1000000000",
    "[1000000000]",
  ]);
  child.kill("SIGTERM");
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
});
