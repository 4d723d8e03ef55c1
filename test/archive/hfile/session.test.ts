// Calls that last for hours, on a clock of their own and a server that does what the test says.
import { describe, expect, it } from "vitest";
import { HFILE_LIMITS } from "../../../src/archive/hfile/limits.ts";
import { hfileEnd, type HfileScript, hfileScript } from "../../../src/archive/hfile/script.ts";
import {
  isOverTime,
  runInSession,
  type SessionPorts,
  type SessionProgress,
  untilGone,
} from "../../../src/archive/hfile/session.ts";
import { asCellarmanError, CellarmanError } from "../../../src/runtime/errors.ts";
import { silentLog } from "../../../src/runtime/log.ts";
import type { Scripts } from "../../../src/warp10/scripts-port.ts";

const CALL = { what: "generating x", params: {}, timeboxMs: 3_600_000 };
const REF = { session: "5e55", deadlineMs: 3_600_000 };

type Server = (name: HfileScript, nth: number) => unknown;

const NAMES = ["dump", "session", "kill"] as const;

/** Ports on a server whose scripts leave what `server` returns, or fail with what it throws. */
function portsTo(server: Server, more: Partial<SessionPorts> = {}) {
  const calls: string[] = [];
  let nowMs = 0;
  const scripts: Scripts = {
    server: "http://x",
    granted: () => Promise.reject(new Error("not asked for")),
    run: async (text, _, limits) => {
      const name = NAMES.find((one) => hfileScript(one) === text) ?? "discover";
      calls.push(name);
      const result = server(name, calls.filter((one) => one === name).length);
      const stopped = new Promise<never>((_resolve, reject) => {
        limits?.signal?.addEventListener("abort", () => reject(limits.signal?.reason));
      });
      return { stack: [hfileEnd(name), await Promise.race([result, stopped])], headers: {} };
    },
  };
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
  const ports: SessionPorts = {
    scripts,
    clock,
    log: silentLog,
    limits: HFILE_LIMITS,
    listsSessions: true,
    ...more,
  };
  return { ports, calls, nowMs: () => nowMs };
}

const running = (points: number) => ({
  running: [{ points: String(points), series: "2", name: null }],
});
const cut = () => new CellarmanError("network", "no answer (read ECONNRESET)");
const NONE = { running: [] };

const timesOf = (calls: readonly string[], name: string): number =>
  calls.filter((one) => one === name).length;

describe("a call in a session", () => {
  it("answers", async () => {
    const { ports } = portsTo(() => ({ points: "1" }));
    expect((await runInSession(ports, REF, CALL))?.result).toEqual({ points: "1" });
  });

  it("whose connection drops is waited for until it is missing three times in a row", async () => {
    const seen: SessionProgress[] = [];
    const { ports, calls, nowMs } = portsTo(
      (name, nth) => {
        if (name === "dump") throw cut();
        // One look in between finds nothing: a call that the server has not begun yet.
        return nth === 3 || nth > 5 ? NONE : running(nth);
      },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(await runInSession(ports, REF, CALL)).toBeUndefined();
    expect(timesOf(calls, "dump")).toBe(1);
    expect(timesOf(calls, "session")).toBe(8);
    expect(nowMs()).toBe(7 * HFILE_LIMITS.pollMs);
    expect(seen.map((one) => one.points)).toEqual([1n, 2n, 4n, 5n]);
  });

  it("whose connection drops in silence is noticed when the session is gone", async () => {
    const { ports, calls, nowMs } = portsTo((name, nth) => {
      if (name === "dump") return new Promise(() => undefined);
      return nth < 5 ? running(nth) : NONE;
    });
    expect(await runInSession(ports, REF, CALL)).toBeUndefined();
    expect(timesOf(calls, "dump")).toBe(1);
    expect(nowMs()).toBeLessThan(11 * HFILE_LIMITS.pollMs);
  });

  it.each([502, 503, 504])("is lost as well where a proxy answers %i", async (status) => {
    const said = new CellarmanError("server", `the server answered ${status}`, { retryable: true });
    const { ports, calls } = portsTo((name) => {
      if (name === "dump") throw said;
      return NONE;
    });
    expect(await runInSession(ports, REF, CALL)).toBeUndefined();
    expect(timesOf(calls, "session")).toBe(3);
  });

  it("on a server that does not answer is given up only after its deadline", async () => {
    const { ports, nowMs } = portsTo(() => {
      throw cut();
    });
    expect(await runInSession(ports, REF, CALL)).toBeUndefined();
    expect(nowMs()).toBe(REF.deadlineMs + HFILE_LIMITS.deadlineMarginMs);
  });

  it("that nobody can list is waited for until the deadline that was sent", async () => {
    const { ports, calls, nowMs } = portsTo(() => NONE, { listsSessions: false });
    await untilGone(ports, REF);
    expect(timesOf(calls, "session")).toBe(0);
    expect(nowMs()).toBe(REF.deadlineMs + HFILE_LIMITS.deadlineMarginMs);
  });

  it("fails where the script failed, and is over time where its time box ended it", async () => {
    const failing = (error: CellarmanError) =>
      portsTo(() => {
        throw error;
      });
    const failed = failing(new CellarmanError("server", "the server answered 500: no"));
    await expect(runInSession(failed.ports, REF, CALL)).rejects.toThrow("500: no");
    expect(failed.calls).toEqual(["dump"]);
    const boxed = failing(new CellarmanError("limit", "TIMEBOX reached the execution time limit"));
    const thrown = await runInSession(boxed.ports, REF, CALL).catch(asCellarmanError);
    expect(thrown instanceof CellarmanError && isOverTime(thrown)).toBe(true);
  });

  it("that is stopped is killed on the server, also while it is only looked for", async () => {
    const stop = new AbortController();
    const { ports, calls } = portsTo(
      (name, nth) => {
        if (name === "dump") throw cut();
        if (nth === 2) stop.abort(new Error("stopped"));
        return running(1);
      },
      { signal: stop.signal },
    );
    await expect(runInSession(ports, REF, CALL)).rejects.toThrow("stopped");
    expect(timesOf(calls, "kill")).toBe(1);
    expect(calls.includes("WSSTOPSESSION")).toBe(false);
  });
});
