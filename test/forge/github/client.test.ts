// The client against the stand-in: what GitHub refuses becomes our error, with what to do.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGitHub, type GitHubSim } from "../../../sim/github/server.ts";
import { type GitHub, openGitHub } from "../../../src/forge/github/client.ts";
import { statusOf, unless404 } from "../../../src/forge/github/failure.ts";
import { asCellarmanError } from "../../../src/runtime/errors.ts";
import { silentLog } from "../../../src/runtime/log.ts";

let sim: GitHubSim;
let github: GitHub;

const open = (token = sim.token, secondMs = 1): GitHub =>
  openGitHub({ apiUrl: sim.url, token, repository: sim.repository, log: silentLog, secondMs });

const issue = (title: string, client = github) =>
  client.request("POST /repos/{owner}/{repo}/issues", { ...client.repository, title });
const listed = (client = github) =>
  client.request("GET /repos/{owner}/{repo}/issues", { ...client.repository, state: "all" });

const failure = async (call: Promise<unknown>) => {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { code, message, hint = "", retryable } = asCellarmanError(thrown);
  return { code, message, hint, retryable, status: statusOf(thrown) };
};

beforeEach(async () => {
  sim = await startGitHub();
  github = open();
});
afterEach(async () => {
  await github.close();
  await sim.close();
  expect(sim.violations).toEqual([]);
});

describe("the client of GitHub's API", () => {
  it("makes typed calls, with the token in the header alone", async () => {
    const { data } = await issue("one");
    expect([data.number, data.title, data.user?.login]).toEqual([1, "one", "github-actions[bot]"]);
    expect((await listed()).data.map((one) => one.title)).toEqual(["one"]);
    expect(sim.calls.every((call) => !call.path.includes(sim.token))).toBe(true);
  });

  it("works where the API lies below a path, as on a server of one's own", async () => {
    const slashed = openGitHub({
      apiUrl: `${sim.url}/`,
      token: sim.token,
      repository: sim.repository,
      log: silentLog,
    });
    expect((await listed(slashed)).status).toBe(200);
    await slashed.close();
  });

  it("refuses a call that is not listed, without making it", async () => {
    const call = github.request("DELETE /repos/{owner}/{repo}", { ...github.repository });
    expect(await failure(call)).toMatchObject({ code: "internal" });
    expect(sim.calls).toEqual([]);
  });

  it("prints the block to add where the token has too few permissions", async () => {
    sim.addToken("weak", { login: "github-actions[bot]", permissions: ["issues: read"] });
    const weak = open("weak");
    expect((await listed(weak)).status).toBe(200);
    const refused = await failure(issue("one", weak));
    expect(refused).toMatchObject({ code: "not-authorised", status: 403, retryable: false });
    expect(refused.hint).toContain("    permissions:\n      issues: write");
    await weak.close();
  });

  it("says that the token was refused, and never what it is", async () => {
    const stranger = open("ghp_unknown");
    const refused = await failure(listed(stranger));
    expect(refused).toMatchObject({ code: "not-authorised", status: 401 });
    expect(JSON.stringify(refused)).not.toContain("ghp_unknown");
    await stranger.close();
  });

  it.each([
    [404, "server", false],
    [410, "server", false],
    [422, "server", false],
    [503, "server", true],
  ] as const)("maps %i to %s", async (status, code, retryable) => {
    sim.faults.push({ kind: "refuse", status, times: 9 });
    expect(await failure(listed())).toMatchObject({ code, status, retryable });
    sim.faults.clear();
  });

  it("gives undefined for a 404 where that is asked for, and for nothing else", async () => {
    sim.faults.push({ kind: "refuse", status: 404 }, { kind: "refuse", status: 410 });
    expect(await unless404(listed())).toBeUndefined();
    expect(await failure(unless404(listed()))).toMatchObject({ status: 410 });
  });

  it("reads again after a failure of GitHub's own", async () => {
    sim.faults.push({ kind: "refuse", status: 502, times: 2 });
    expect((await listed()).status).toBe(200);
    expect(sim.calls.map((call) => call.status)).toEqual([502, 502, 200]);
  });

  it("follows no redirect with its token: a renamed repository is an error", async () => {
    sim.faults.push({ kind: "refuse", status: 301 });
    expect(await failure(listed())).toMatchObject({ code: "blocked", retryable: false });
    expect(sim.calls).toHaveLength(1);
  });

  it("never repeats what creates something after a lost answer", async () => {
    sim.faults.push({ kind: "no-answer", carriedOut: true });
    expect(await failure(issue("one"))).toMatchObject({ code: "network", retryable: true });
    expect(sim.world.issues.size).toBe(1);
    expect(sim.calls.filter((call) => call.method === "POST")).toHaveLength(1);
  });

  it("waits out a secondary limit, writes included, and gives up in the end", async () => {
    sim.faults.push({ kind: "secondary-limit" });
    const label = { ...github.repository, name: "offload" };
    const made = await github.request("POST /repos/{owner}/{repo}/labels", label);
    expect(made.data.name).toBe("offload");
    sim.faults.push({ kind: "secondary-limit", retryAfterS: 3_600 });
    const before = sim.calls.length;
    expect(await failure(listed())).toMatchObject({ code: "server", retryable: true, status: 403 });
    expect(sim.calls).toHaveLength(before + 1);
  });

  it("gives up at once where no call is left for an hour", async () => {
    sim.faults.push({ kind: "rate-limit", resetS: 3_600 });
    expect(await failure(listed())).toMatchObject({ code: "server", retryable: true });
    expect(sim.calls).toHaveLength(1);
  });

  it("stops when it is interrupted", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    controller.abort(reason);
    const { url: apiUrl, token, repository } = sim;
    const { signal } = controller;
    const client = openGitHub({ apiUrl, token, repository, log: silentLog, signal });
    await expect(listed(client)).rejects.toBe(reason);
    await client.close();
  });
});
