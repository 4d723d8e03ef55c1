// doctor: what the bucket's key may write, found out without leaving anything behind; and in
// GitHub Actions what guards the delete token.
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, World, type WorldOptions } from "../../sim/world.ts";
import { probeRoles } from "../../src/cellar/probe-roles.ts";
import { hosted, type Hosted } from "../support/github.ts";
import { START } from "../support/november.ts";
import { fill, keysOf } from "../support/stage.ts";

let world: World;
let place: Hosted | undefined;
afterEach(async () => {
  await place?.close();
  await world.close();
  expect(place?.github.violations ?? []).toEqual([]);
  place = undefined;
});

const LEDGER = ["plans/", "markers/", "data/", "seals/", "probes/", "legs/", "lists/"];

async function start(options: WorldOptions = {}): Promise<void> {
  world = await World.start({ startMs: START, ...options });
  fill(world, 1, 3);
}

/** What doctor says of some checks, one line each. */
async function findings(...checks: string[]): Promise<string[]> {
  const { stdout, stderr } = await world.runPlainly("doctor", "world", "--json");
  if (stdout === "") throw new Error(stderr);
  const { flows } = JSON.parse(stdout) as {
    flows: { findings: { check: string; level: string; seen: string }[] }[];
  };
  return flows
    .flatMap((f) => f.findings)
    .filter((f) => checks.includes(f.check))
    .map((f) => `${f.level} ${f.check}: ${f.seen}`);
}

const limited = (prefixes: readonly string[]): WorldOptions => ({
  credentials: [
    {
      accessKeyId: "limited",
      secretAccessKey: "limited-secret",
      grants: [{ actions: ["get", "list"] }, { actions: ["put"], prefixes }],
    },
  ],
});

const useLimited = (): void => {
  world.env.set("KEY_ID", "limited");
  world.env.set("SECRET_KEY", "limited-secret");
};

describe("the bucket's key", () => {
  const CHECK = "bucket key's roles";

  it.each<[string, string[], string]>([
    [
      "archive's",
      LEDGER,
      "ok bucket key's roles: writes data, seals; " + "refused: verified, approved, lifts, purged",
    ],
    [
      "verify's",
      ["verified/", "findings/", "probes/"],
      "ok bucket key's roles: writes verified; refused: data, seals, approved, lifts, purged",
    ],
    [
      "purge's",
      ["approved/", "lifts/", "intents/", "purged/", "probes/"],
      "ok bucket key's roles: writes approved, lifts, purged; refused: data, seals, verified",
    ],
    [
      "archive's that may write receipts",
      [...LEDGER, "verified/"],
      "weak bucket key's roles: one key writes data, seals, verified",
    ],
    [
      "verify's that may approve",
      ["verified/", "approved/", "probes/"],
      "weak bucket key's roles: one key writes verified, approved",
    ],
  ])("%s is told by refused puts, and nothing stays behind", async (_what, prefixes, says) => {
    await start(limited(prefixes));
    useLimited();
    expect(await findings(CHECK)).toEqual([says]);
    expect(keysOf(world).filter((key) => !key.startsWith("probes/"))).toEqual([]);
  });

  it("that is one for all is reported as weakened", async () => {
    await start();
    expect(await findings(CHECK)).toEqual([
      "weak bucket key's roles: one key writes data, seals, verified, approved, lifts, purged",
    ]);
    expect(keysOf(world).filter((key) => !key.startsWith("probes/"))).toEqual([]);
  });

  it("cannot be told where the store fails: no success, no refusal", async () => {
    await start();
    const refuse = { kind: "refuse", status: 500, code: "InternalError", times: 99 } as const;
    world.cellar.faults.push({ ...refuse, path: /\/(data|approved)\// });
    expect(await findings(CHECK)).toEqual([
      "weak bucket key's roles: one key writes seals, verified, lifts, purged",
    ]);
  });

  it("is probed under keys that belong to no flow", async () => {
    await start();
    const { url: endpoint, accessKeyId, secretAccessKey, requests } = world.cellar;
    const options = { endpoint, bucket: BUCKET, accessKeyId, secretAccessKey, clock: world.clock };
    requests.reset();
    const found = await probeRoles(options, ["approved"], "doctor-x");
    expect([...found]).toEqual([["approved", "yes"]]);
    expect(requests.recent.map(({ key, status }) => `${key} ${status}`)).toEqual([
      "approved/doctor-x 400",
    ]);
  });
});

describe("in GitHub Actions", () => {
  const DELETE = "delete token's environment";

  const flow = (way: string): WorldOptions => ({
    flow: [
      "period: { first: 2025-11 }",
      `purge: { mode: approve, approve-by: ${way}, write-fence: { max-past: P45D } }`,
    ].join("\n"),
  });

  it("the delete token's environment is the default branch's alone", async () => {
    await start();
    expect(await findings(DELETE)).toEqual([]);
    place = await hosted(world);
    const site = place.github.world;
    expect(await findings(DELETE)).toEqual([`ok ${DELETE}: cellarman-purge, of main alone`]);
    site.addEnvironment("cellarman-purge", { branches: "any" });
    expect(await findings(DELETE)).toEqual([
      `bad ${DELETE}: cellarman-purge is open to other branches, not to main alone`,
    ]);
    site.environments.clear();
    expect(await findings(DELETE)).toEqual([
      `weak ${DELETE}: GitHub shows no environment cellarman-purge`,
    ]);
    world.env.delete("GITHUB_TOKEN");
    expect(await findings(DELETE)).toEqual([
      `weak ${DELETE}: cannot be told: there is no token of the run`,
    ]);
  });

  it("reviews can approve where the rules demand them of listed people", async () => {
    await start(flow("pull-request"));
    place = await hosted(world);
    const site = place.github.world;
    const checks = ["rules of the default branch", "approvers"];
    expect(await findings(...checks)).toEqual([
      "ok rules of the default branch: 1 review on main",
      "ok approvers: alice, bob",
    ]);
    site.rules.clear();
    site.git.push("main", { files: { "flows/policy.yaml": "version: 1\n" } });
    expect(await findings(...checks)).toEqual([
      "bad rules of the default branch: main demands no review",
      "bad approvers: the policy of the default branch names none",
    ]);
    site.hasRules = false;
    expect(await findings("rules of the default branch")).toEqual([
      "weak rules of the default branch: GitHub shows none",
    ]);
  });

  it("an environment can approve that nobody can pass by", async () => {
    await start(flow("environment"));
    place = await hosted(world);
    expect(await findings("approving environment")).toEqual([
      "ok approving environment: cellarman-approve",
    ]);
    place.github.world.addEnvironment("cellarman-approve");
    expect(await findings("approving environment")).toEqual([
      "bad approving environment: cellarman-approve has no required reviewers",
    ]);
  });
});
