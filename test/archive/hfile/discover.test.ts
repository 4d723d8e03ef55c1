// What a server does not have is discovered, and said where it is needed all the same.
import { describe, expect, it } from "vitest";
import { ALL, POINTS, hfileStage } from "../../support/hfiles.ts";
import { messageOf, update } from "../../sim/warp10/stage.ts";

const ASKED = { ...ALL, selector: "a{k=v}", file: "x.hfile" } as const;

interface Discovered {
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly limits: Readonly<Record<string, readonly string[]>>;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly version: string;
  readonly unit: string;
}

const absent = ({ words }: Discovered): string[] =>
  Object.keys(words).filter((name) => words[name]?.includes(`Unknown function '${name}'`));

describe("what a server does not have", () => {
  const NEVER = ["HFID", "HFINDEX"];
  const HFILES = [
    "HFCAT",
    "HFCLOSE",
    "HFDUMP",
    "HFFETCH",
    "HFINFO",
    "HFOPEN",
    "HFRESCAN",
    "HFTOKEN",
  ];

  it("is discovered: nothing but what the stand-in never has", () =>
    hfileStage(async ({ result }) => {
      const found = await result<Discovered>("discover", {});
      expect(absent(found).toSorted()).toEqual(NEVER);
      expect(found).toMatchObject({ version: "3.5.0", unit: "1000000" });
      expect(found.capabilities["hfdump"]).toBe("");
      expect(found.limits["operations"]).toContain("MAXOPS cannot extend limit past 1000000000000");
      expect(Object.keys(found.limits)).toHaveLength(5);
    }));

  it("sessions", () =>
    hfileStage(
      async ({ sim, run, result }) => {
        await update(sim, POINTS);
        const sessions = ["WSINFO", "WSKILLSESSION", "WSNAME"];
        expect(absent(await result<Discovered>("discover", {})).toSorted()).toEqual([
          ...NEVER,
          ...sessions,
        ]);
        expect(messageOf(await run("session", { session: "s" }))).toContain(
          "Unknown function 'WSINFO'",
        );
        expect(messageOf(await run("dump", { ...ASKED, progress: true }))).toContain(
          "Unknown function 'WSNAME'",
        );
        expect((await result("dump", { ...ASKED, file: "y.hfile" })).points).toBe("6");
      },
      {},
      { stackps: false },
    ));

  it("a mutex", () =>
    hfileStage(
      async ({ sim, run, result }) => {
        await update(sim, POINTS);
        const shared = ["MUTEX", "SHMLOAD", "SHMSTORE"];
        expect(absent(await result<Discovered>("discover", {})).toSorted()).toEqual([
          ...NEVER,
          ...shared,
        ]);
        const locked = await run("dump", { ...ASKED, mutex: "batch" });
        expect(messageOf(locked)).toContain("Unknown function 'MUTEX'");
        expect((await result("dump", ASKED)).points).toBe("6");
      },
      {},
      { shm: false },
    ));

  it("the extension itself", () =>
    hfileStage(async ({ run, result }) => {
      const found = absent(await result<Discovered>("discover", {}));
      expect(found.toSorted()).toEqual([...NEVER, ...HFILES].toSorted());
      expect(messageOf(await run("dump", ASKED))).toContain("Unknown function 'HFDUMP'");
    }, "none"));
});
