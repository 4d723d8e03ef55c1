// The stand-in's issues, by their way through a life: opened, commented, closed, reopened.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGitHub, type GitHubSim } from "../../../sim/github/server.ts";

let sim: GitHubSim;

const call = async (method: string, path: string, body?: object): Promise<[number, never]> => {
  const answer = await fetch(`${sim.url}/repos/acme/flows${path}`, {
    method,
    headers: { authorization: `token ${sim.token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return [answer.status, (await answer.json()) as never];
};

beforeEach(async () => {
  sim = await startGitHub();
});
afterEach(() => sim.close());

describe("the stand-in for GitHub", () => {
  it("leads an issue through its life, as GitHub's description has it", async () => {
    const [status, made] = await call("POST", "/issues", { title: "t", labels: ["offload"] });
    expect([status, made]).toMatchObject([201, { number: 1, state: "open" }]);
    expect(await call("PATCH", "/issues/1", { state: "closed" })).toMatchObject([
      200,
      { state: "closed", state_reason: "completed" },
    ]);
    expect(await call("GET", "/issues")).toEqual([200, []]);
    expect(await call("GET", "/issues?state=all&labels=offload")).toMatchObject([
      200,
      [{ number: 1, labels: [{ name: "offload" }] }],
    ]);
    expect(await call("PATCH", "/issues/1", { state: "open" })).toMatchObject([
      200,
      { state: "open", state_reason: "reopened", closed_at: null },
    ]);
    expect(await call("POST", "/issues/1/comments", { body: "c" })).toMatchObject([
      201,
      { body: "c" },
    ]);
    expect(await call("GET", "/issues/1/comments")).toMatchObject([200, [{ body: "c" }]]);
    expect(sim.violations).toEqual([]);
  });

  it("answers 410 where issues are disabled", async () => {
    sim.world.hasIssues = false;
    expect(await call("POST", "/issues", { title: "t" })).toMatchObject([410, {}]);
    expect(sim.violations).toEqual([]);
  });

  it.each([
    ["no title", "POST", "/issues", { body: "b" }],
    ["labels that are none", "POST", "/issues", { title: "t", labels: 5 }],
    ["a query that GitHub does not know", "GET", "/issues?stat=all", undefined],
    ["a value that GitHub does not take", "GET", "/issues?state=every", undefined],
  ])("refuses %s, and says so", async (_what, method, path, body) => {
    expect(await call(method, path, body)).toMatchObject([422, {}]);
    expect(sim.violations).toHaveLength(1);
  });

  it("answers 304 to who has the present answer", async () => {
    const headers = { authorization: `token ${sim.token}` };
    const first = await fetch(`${sim.url}/repos/acme/flows/issues`, { headers });
    const etag = first.headers.get("etag") ?? "";
    const again = await fetch(first.url, { headers: { ...headers, "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    await call("POST", "/issues", { title: "t" });
    const moved = await fetch(first.url, { headers: { ...headers, "if-none-match": etag } });
    expect(moved.status).toBe(200);
  });
});
