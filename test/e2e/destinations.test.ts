// Where credentials may go at run time: by the default branch's policy where that lists endpoints,
// else by the default branch's flow. Nothing is sent before that is known.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { type Remote, withRemote } from "../support/remote.ts";
import { staged } from "../support/stage.ts";

let world: World;
let remote: Remote;
afterEach(() => world.close());

async function cloned(): Promise<void> {
  world = await staged();
  remote = await withRemote(world);
}

const policy = (read = "READ_TOKEN"): string =>
  [
    "version: 1\nendpoints:",
    `  - address: ${world.warp10.url}`,
    `    read-token: [${read}]\n    delete-token: [DELETE_TOKEN]\n    probe-token: [PROBE_TOKEN]`,
    `  - address: ${world.cellar.url}`,
    "    access-key-id: [KEY_ID]\n    secret-access-key: [SECRET_KEY]\n",
  ].join("\n");

/** The local flow reads its token from another variable. */
async function renameToken(): Promise<void> {
  const file = join(world.flows, "world.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("{ env: READ_TOKEN }", "{ env: OTHER_TOKEN }"));
  world.env.set("OTHER_TOKEN", "WORLD_READ");
}

async function pushed(text: string): Promise<void> {
  await remote.push("policy.yaml", text);
  await remote.fetch();
}

it("a policy that lists them: also a flow that the default branch has not", async () => {
  await cloned();
  await renameToken();
  expect((await world.runPlainly("plan")).stderr).toContain("does not send OTHER_TOKEN");
  await pushed(policy("OTHER_TOKEN"));
  expect(await world.runPlainly("plan")).toMatchObject({ code: 0 });
});

it("a policy that lists others: refused, though the default branch's flow sends it", async () => {
  await cloned();
  await pushed(policy("SOMETHING_ELSE"));
  const before = world.warp10.requests.length;
  const said = await world.runPlainly("plan");
  expect(said.code).toBe(1);
  expect(said.stderr).toContain("the policy of main does not list READ_TOKEN");
  expect(said.stderr).toContain("List READ_TOKEN as read-token");
  expect(world.warp10.requests).toHaveLength(before);
});

it("the local policy counts neither for nor against where there is a remote", async () => {
  await cloned();
  await renameToken();
  await writeFile(join(world.flows, "policy.yaml"), policy("OTHER_TOKEN"));
  expect((await world.runPlainly("plan")).stderr).toContain("does not send OTHER_TOKEN");
});

it("without a remote, or by hand, the local policy counts", async () => {
  world = await staged();
  await writeFile(join(world.flows, "policy.yaml"), policy("SOMETHING_ELSE"));
  expect((await world.run("plan")).stderr).toContain("the policy does not list READ_TOKEN");
  await writeFile(join(world.flows, "policy.yaml"), policy());
  expect(await world.run("plan")).toMatchObject({ code: 0 });
});

it("a policy that nobody can read: nothing is sent", async () => {
  await cloned();
  await pushed("version: 1\nendpoint: []\n");
  const before = world.warp10.requests.length;
  const said = await world.runPlainly("plan");
  expect(said.code).toBe(2);
  expect(said.stderr).toContain(
    "policy.yaml:2:1: endpoint is not known here; did you mean endpoints?",
  );
  expect(world.warp10.requests).toHaveLength(before);
});
