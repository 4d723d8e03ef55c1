// Scripts that do not end well leave no result; sessions are seen, collected from, and killed.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hfileEnd } from "../../../src/archive/hfile/script.ts";
import {
  ALL,
  POINTS,
  type HfileStage,
  type Totals,
  hfileStage,
  resultOf,
  rows,
} from "../../support/hfiles.ts";
import { exec, messageOf, update } from "../../sim/warp10/stage.ts";

const SESSION = "5f0c1e9ab2d34c7f8e6a5b4c3d2e1f00";
const IN_SESSION = { "X-Warp10-WarpScriptSession": SESSION };

interface Running {
  readonly running: readonly Record<string, string>[];
}

/** A dump that stops before each chunk until it is let go. */
class Gate {
  readonly pace = (): Promise<void> =>
    this.isOpen ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  private isOpen = false;
  private readonly waiting: (() => void)[] = [];

  /** Lets one chunk pass, once it has come. */
  async step(): Promise<void> {
    while (this.waiting.length === 0) await sleep(1);
    this.waiting.shift()?.();
  }

  open(): void {
    this.isOpen = true;
    for (const go of this.waiting.splice(0)) go();
  }
}

/** Waits until the session's script has dumped so many points. */
async function dumped({ result }: HfileStage, points: string): Promise<Record<string, string>> {
  for (;;) {
    const { running } = await result<Running>("session", { session: SESSION });
    if (running[0]?.["name"]?.startsWith(`points=${points} `) === true) return running[0];
    await sleep(2);
  }
}

const ASKED = { ...ALL, selector: "a{k=v}", file: "x.hfile", progress: true } as const;

describe("a long dump", () => {
  it("is seen from outside, live, and not once it has ended", () => {
    const gate = new Gate();
    return hfileStage(
      async (stage) => {
        const { sim, run, result } = stage;
        await update(sim, POINTS);
        expect(await result("session", { session: SESSION })).toEqual({ running: [] });
        const running = run("dump", ASKED, IN_SESSION);
        for (let i = 0; i < 2; i++) await gate.step();
        const seen = await dumped(stage, "4");
        expect(seen).toMatchObject({ points: "6", series: "1", name: "points=4 chunks=2" });
        expect(seen["section"]).toBe("cellarman.dump");
        gate.open();
        expect(resultOf<Totals>("dump", await running).points).toBe("6");
        expect(await result("session", { session: SESSION })).toEqual({ running: [] });
      },
      { chunkPoints: 2, pace: gate.pace },
    );
  });

  it("goes on when its client's connection is reset; its result is collected", () =>
    hfileStage(
      async (stage) => {
        const { sim, run, result } = stage;
        await update(sim, POINTS);
        sim.hfiles?.faults.push({ kind: "cutConnection", path: "x.hfile", chunks: 2 });
        const kept = { ...ASKED, mutex: "batch", keep: "attempt" };
        await expect(run("dump", kept, IN_SESSION)).rejects.toThrow(/ECONNRESET|socket hang up/);
        expect(sim.hfiles?.faults.struck).toHaveLength(1);
        while ((await result<Running>("session", { session: SESSION })).running.length > 0) {
          await sleep(2);
        }
        const collected = await result("collect", { mutex: "batch", keep: "attempt" });
        expect(rows(collected)).toEqual(rows(await result("digest-hot", ASKED)));
        expect(collected.infos["datapoints"]).toBe(6);
        const none = await run("collect", { mutex: "batch", keep: "another" });
        expect(messageOf(none)).toContain("SHMLOAD");
      },
      { chunkPoints: 2 },
    ));

  it("is killed by its session: no result, and a file left over as the switch says", async () => {
    for (const partial of ["kept", "removed"] as const) {
      const gate = new Gate();
      await hfileStage(
        async (stage) => {
          const { sim, run, result, directory } = stage;
          await update(sim, POINTS);
          const running = run("dump", ASKED, IN_SESSION);
          await gate.step();
          await dumped(stage, "2");
          expect(await result("kill", { session: SESSION })).toEqual({ signalled: "1" });
          gate.open();
          const reply = await running;
          expect(reply.status).toBe(500);
          expect(messageOf(reply)).toContain("Execution received KILL signal.");
          expect(existsSync(`${directory}/x.hfile`)).toBe(partial === "kept");
          expect(await result("kill", { session: SESSION })).toEqual({ signalled: "0" });
        },
        { chunkPoints: 2, partial, pace: gate.pace },
      );
    }
  });

  it("that is stopped answers 200 without its mark", () => {
    const gate = new Gate();
    return hfileStage(
      async (stage) => {
        const { sim, run } = stage;
        await update(sim, POINTS);
        const running = run("dump", ASKED, IN_SESSION);
        await gate.step();
        await dumped(stage, "2");
        await exec(sim, `'${SESSION}' WSSTOPSESSION`);
        gate.open();
        const reply = await running;
        expect(reply.status).toBe(200);
        expect(reply.text).not.toContain(hfileEnd("dump"));
        expect(() => resultOf("dump", reply)).toThrow();
      },
      { chunkPoints: 2, pace: gate.pace },
    );
  });

  it("ends at its time box", () =>
    hfileStage(
      async ({ sim, run }) => {
        await update(sim, POINTS);
        const reply = await run("dump", ASKED, { "X-Warp10-Timebox": "150" });
        expect(reply.status).toBe(500);
        expect(messageOf(reply)).toContain("TIMEBOX reached the execution time limit");
      },
      { chunkPoints: 1, msPerChunk: 60 },
    ));

  it("is not run twice at once under one mutex", () => {
    const gate = new Gate();
    return hfileStage(
      async (stage) => {
        const { sim, run } = stage;
        await update(sim, POINTS);
        const asked = { ...ASKED, mutex: "batch" };
        const first = run("dump", asked, IN_SESSION);
        await gate.step();
        await dumped(stage, "2");
        const box = { "X-Warp10-Timebox": "20" };
        const boxed = await run("dump", { ...asked, file: "y.hfile" }, box);
        expect(messageOf(boxed)).toContain("TIMEBOX");
        const second = await run("dump", { ...asked, file: "y.hfile" });
        expect(messageOf(second)).toContain("MUTEX cannot acquire 'batch'");
        expect(existsSync(`${stage.directory}/y.hfile`)).toBe(false);
        gate.open();
        expect((await first).status).toBe(200);
        expect((await run("dump", { ...asked, file: "y.hfile" })).status).toBe(200);
      },
      { chunkPoints: 2, pace: gate.pace },
      { mutexWaitMs: 60 },
    );
  });
});

describe("a dump that fails", () => {
  it("in the middle leaves no result; a crash leaves a file whatever the switch says", () =>
    hfileStage(
      async ({ sim, run, result, directory }) => {
        await update(sim, POINTS);
        sim.hfiles?.faults.push({ kind: "fail", path: "x.hfile", chunks: 2 });
        const reply = await run("dump", ASKED);
        expect(reply.status).toBe(500);
        expect(messageOf(reply)).toContain("HFDUMP failed.");
        expect(existsSync(`${directory}/x.hfile`)).toBe(false);
        sim.hfiles?.faults.push({ kind: "crash", path: "y.hfile", chunks: 2 });
        await expect(run("dump", { ...ASKED, file: "y.hfile" })).rejects.toThrow();
        expect(existsSync(`${directory}/y.hfile`)).toBe(true);
        expect(await result("open", { store: "archive", cat: {} })).toEqual({ cat: ["0"] });
      },
      { chunkPoints: 2, partial: "removed" },
    ));

  it("because its file exists never touches that file", () =>
    hfileStage(async ({ sim, run, result }) => {
      await update(sim, POINTS);
      await result("dump", ASKED);
      const again = await run("dump", ASKED);
      expect(messageOf(again)).toContain("already exists");
      await result("open", { store: "archive", cat: {}, rescan: true });
      expect((await result("digest-cold", ASKED)).points).toBe("6");
    }));
});
