// The default branch's head and files over the API: asked at most once a minute, conditionally, and
// absence only where a whole listing proves it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGitHub, type GitHubSim } from "../../../sim/github/server.ts";
import type { Forge } from "../../../src/forge/forge.ts";
import { type GitHub, openGitHub } from "../../../src/forge/github/client.ts";
import { overGitHub } from "../../../src/forge/github/forge.ts";
import { silentLog } from "../../../src/runtime/log.ts";
import { rejected } from "../../support/values.ts";

let sim: GitHubSim;
let github: GitHub;
let forge: Forge;
let nowMs = 0;

const MINUTE_MS = 60_000;
const checkout = {
  branch: "checkout",
  pathInside: async (file: string) => `inside/${file}`,
  fileNow: async () => "of the checkout",
  fileAsFetched: async () => "fetched",
};

/** Statuses of the calls since a mark, by the last part of their routes. */
const callsSince = (mark: number): string[] =>
  sim.calls.slice(mark).map(({ route, status }) => `${route.split("/").at(-1)} ${status}`);

beforeEach(async () => {
  sim = await startGitHub();
  sim.world.git.push("main", { files: { "flows/a.yaml": "one", "flows/é ü.yaml": "odd" } });
  const { url: apiUrl, token, repository } = sim;
  github = openGitHub({ apiUrl, token, repository, log: silentLog, secondMs: 0 });
  nowMs = 1_000_000;
  forge = await overGitHub(checkout, github, { now: () => nowMs });
});
afterEach(async () => {
  await github.close();
  await sim.close();
  expect(sim.violations).toEqual([]);
});

describe("a forge over GitHub's API", () => {
  it("reads the default branch, and leaves the rest to the checkout", async () => {
    expect(forge.branch).toBe("main");
    expect(await forge.fileNow("flows/a.yaml")).toBe("one");
    expect(await forge.fileNow("flows/é ü.yaml")).toBe("odd");
    expect(await forge.fileNow("flows/b.yaml")).toBeUndefined();
    expect(await forge.fileNow("nowhere/b.yaml")).toBeUndefined();
    expect(await forge.fileNow("flows")).toBeUndefined();
    expect(await forge.pathInside("x")).toBe("inside/x");
    expect(await forge.fileAsFetched("x")).toBe("fetched");
  });

  it("asks for the head once a minute, and for what is unchanged not at all", async () => {
    await forge.fileNow("flows/a.yaml");
    const mark = sim.calls.length;
    nowMs += MINUTE_MS - 1;
    await forge.fileNow("flows/a.yaml");
    expect(callsSince(mark)).toEqual([]);
    nowMs += 1;
    await forge.fileNow("flows/a.yaml");
    expect(callsSince(mark)).toEqual(["{repo} 304", "{ref} 304"]);
  });

  it("reads again when the head moved: only what changed", async () => {
    await forge.fileNow("flows/a.yaml");
    sim.world.git.push("main", { files: { "flows/a.yaml": "two" } });
    expect(await forge.fileNow("flows/a.yaml")).toBe("one");
    const mark = sim.calls.length;
    nowMs += MINUTE_MS;
    expect(await forge.fileNow("flows/a.yaml")).toBe("two");
    expect(callsSince(mark)).toEqual([
      "{repo} 304",
      "{ref} 200",
      "{tree_sha} 200",
      "{tree_sha} 200",
      "{file_sha} 200",
    ]);
  });

  it("follows the default branch to another one", async () => {
    sim.world.git.push("next", { files: { "flows/a.yaml": "next" } });
    sim.world.defaultBranch = "next";
    nowMs += MINUTE_MS;
    expect(await forge.fileNow("flows/a.yaml")).toBe("next");
  });

  it.each([
    ["no answer", { kind: "no-answer" }],
    ["a failure", { kind: "refuse", status: 500 }],
    ["a refused token", { kind: "refuse", status: 401 }],
    ["nothing found", { kind: "refuse", status: 404 }],
    ["a limit", { kind: "rate-limit", resetS: 3_600 }],
  ] as const)("takes %s for no absence", async (_what, fault) => {
    for (const path of [/^\/repos\/acme\/flows$/, /git\/ref/, /git\/trees/, /git\/blobs/]) {
      sim.world.git.push("main", { files: { "flows/a.yaml": `changed ${String(path)}` } });
      nowMs += MINUTE_MS;
      sim.faults.push({ ...fault, path, times: 99 });
      await rejected(forge.fileNow("flows/a.yaml"));
      sim.faults.clear();
    }
  });

  it("asks for rules, environments and approvals once a minute", async () => {
    sim.world.addEnvironment("e");
    sim.world.rules.set("main", { reviews: 2 });
    const ask = async () => [
      await forge.reviews?.reviewsDemanded(),
      (await forge.reviews?.environment("e"))?.branches,
      await forge.reviews?.environment("none"),
    ];
    expect(await ask()).toEqual([2, ["main"], undefined]);
    sim.world.rules.clear();
    const mark = sim.calls.length;
    expect(await ask()).toEqual([2, ["main"], undefined]);
    expect(callsSince(mark)).toEqual([]);
    nowMs += MINUTE_MS;
    expect(await ask()).toEqual([0, ["main"], undefined]);
  });

  it("takes a folder that is listed in part for no absence", async () => {
    sim.world.truncatesTrees = true;
    expect(await rejected(forge.fileNow("flows/b.yaml"))).toMatchObject({ code: "limit" });
  });
});
