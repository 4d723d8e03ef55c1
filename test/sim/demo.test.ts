// The demo at a small size: its document adds up, its claims hold, and it stops when told to.
import { beforeAll, describe, expect, it } from "vitest";
import { type DemoDocument, runDemo } from "../../sim/demo/demo.ts";

let document: DemoDocument;
let story = "";

beforeAll(async () => {
  document = await runDemo({
    size: "small",
    tell: (text) => {
      story += text;
    },
    talk: () => undefined,
  });
}, 60_000);

describe("the demo's document", () => {
  it("has the fields of design §7 and no others", () => {
    expect(Object.keys(document).toSorted()).toEqual(
      ["batches", "bytes", "ok", "points", "refusals", "seconds"].toSorted(),
    );
    expect(Object.keys(document.points).toSorted()).toEqual(
      ["archived", "hot", "kept", "late", "purged", "verified"].toSorted(),
    );
    expect(Object.keys(document.bytes).toSorted()).toEqual(["cold", "perPoint"]);
  });

  it("adds up", () => {
    const { hot, archived, verified, purged, kept, late } = document.points;
    expect(document.ok).toBe(true);
    expect(archived).toBeGreaterThan(10_000);
    expect(verified).toBe(archived);
    expect(purged).toBe(archived);
    expect(kept).toBe(hot - purged);
    expect(kept).toBeGreaterThan(2 * purged);
    expect(late).toBe(1);
    expect(document.bytes.perPoint).toBeCloseTo(document.bytes.cold / archived, 2);
    expect(document.batches).toBeGreaterThanOrEqual(6);
    expect(document.batches).toBeLessThanOrEqual(12);
  });

  it("names the purge that came too early and the one that was late", () => {
    const [early, late, ...others] = document.refusals;
    expect(early).toMatchObject({ outcome: "wait", why: expect.stringContaining("grace") });
    expect(early?.earliest).toMatch(/^2026-03-15T06:/);
    expect(late).toMatchObject({ outcome: "late", why: expect.stringContaining("= 99") });
    expect(others).toEqual([]);
  });
});

describe("the demo's story", () => {
  it("shows every command that a person would type", () => {
    const verbs = [...story.matchAll(/\$ bin\/cellarman (\S+)/g)].map(([, verb]) => verb);
    expect(new Set(verbs)).toEqual(
      new Set(["validate", "plan", "archive", "verify", "purge", "status", "list"]),
    );
  });

  it("holds every claim against the stores", () => {
    expect(story.match(/^ {2}yes {2}/gm)).toHaveLength(9);
    expect(story).not.toMatch(/^ {2}NO {3}/m);
    expect(story).toContain("9 of 9 claims are true");
  });
});

describe("the demo", () => {
  it("stops when it is told to, and throws what stopped it", async () => {
    const controller = new AbortController();
    const why = new Error("enough");
    const run = runDemo({
      size: "small",
      tell: (text) => {
        if (text.includes("archive")) controller.abort(why);
      },
      talk: () => undefined,
      signal: controller.signal,
    });
    await expect(run).rejects.toBe(why);
  });
});
