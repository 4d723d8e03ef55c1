// Several flows, several clusters, several runs at once.
import { afterEach, describe, expect, it } from "vitest";
import { fillNovember } from "../../support/november.ts";
import { AUTOMATIC, KEYS, openPlay, type Play, setEnvironments } from "../world.ts";
import { cooled, ofJob, offload, until } from "./support.ts";

let play: Play;
afterEach(async () => play.close());

describe("two flows, one broken", () => {
  it("by its file: the other goes its way, and the run says which", async () => {
    play = await openPlay({ flows: { cpu: AUTOMATIC, disk: "period: { first: never }" } });
    fillNovember(play.world, 1);
    const run = await offload(play);
    expect(run.conclusion).toBe("failure");
    expect(run.conclusions()).toMatchObject({
      plan: "success",
      "archive (cpu-1)": "success",
      "verify (cpu-1)": "success",
      report: "failure",
    });
    expect(run.job("plan").log).toContain("disk.yaml");
    expect(play.keys("verified/cpu/")).toHaveLength(1);
  });

  it("by its server: its leg fails, the other is archived, and purged as ever", async () => {
    const once = "\nrun: { retry: { max-attempts: 1 } }";
    play = await openPlay({ flows: { cpu: AUTOMATIC + once } });
    const { world } = play;
    await cooled(play);
    play.push({ "flows/disk.yaml": play.flow("disk", AUTOMATIC + once) });
    world.warp10.faults.push({
      kind: "status503",
      path: "/api/v0/fetch",
      times: Infinity,
      match: ({ params }) => params.get("selector")?.includes("disk") === true,
    });
    const before = world.hotPoints;
    const run = await offload(play);
    expect(run.conclusion).toBe("failure");
    expect(ofJob(run, "archive")).toEqual(["failure"]);
    expect(run.conclusions()).toMatchObject({ "purge (cpu-1)": "success" });
    expect(world.hotPoints).toBe(before / 2);
    expect(play.keys("seals/disk/")).toEqual([]);
    world.warp10.faults.clear();
    await run.rerunFailed();
    expect([run.conclusion, play.keys("verified/disk/").length]).toEqual(["success", 1]);
  });
});

describe("two clusters", () => {
  it("have environments of their own, and each job its own cluster's secrets alone", async () => {
    const flow = (name: string): string =>
      `${AUTOMATIC}\nrun: { environment: ${name.toLowerCase()} }`;
    play = await openPlay({ flows: {} });
    const { stage, world, repository } = play;
    fillNovember(world, 1);
    const sent: string[] = [];
    for (const name of ["C1", "C2"]) {
      setEnvironments(stage, name.toLowerCase(), KEYS, name);
      const file = name === "C1" ? "cpu" : "disk";
      play.push({ [`flows/${file}.yaml`]: namedIn(play.flow(file, flow(name)), name) });
    }
    const path = ".github/workflows/offload.yml";
    play.push({ [path]: withVariables(repository.show(repository.head(), path), ["C1", "C2"]) });
    stage.watch = ({ name, environment }) => void sent.push(`${name} in ${environment}`);
    const run = await offload(play);
    expect(run.conclusion).toBe("success");
    expect(sent.filter((s) => s.startsWith("archive")).toSorted()).toEqual([
      "archive (cpu-1) in c1-archive",
      "archive (disk-1) in c2-archive",
    ]);
    expect(play.keys("verified/")).toHaveLength(2);
    // Without its own secrets a leg does nothing: the other cluster's are no help.
    stage.environments.delete("c2-archive");
    play.push({
      "flows/disk.yaml": namedIn(play.flow("disk", flow("C2")), "C2").replace("2025-11", "2025-10"),
    });
    const poor = await offload(play);
    expect(poor.conclusions()).toMatchObject({ "archive (disk-1)": "failure" });
    expect(poor.job("archive (disk-1)").log).toContain("C2_CELLAR_ADDON_KEY_ID is not set");
  });
});

describe("a leg that is superseded", () => {
  it("is cancelled with a notice, and its work is done by the one before", async () => {
    play = await openPlay();
    const { stage, world } = play;
    fillNovember(world, 1);
    world.cellar.faults.push({ kind: "stall", op: "PutObject", path: /\/data\//, ms: 30_000 });
    const first = stage.schedule("offload.yml");
    const going = first.begin();
    await until(() => world.cellar.faults.struck.length > 0, "the first run's upload");
    const second = stage.dispatch("offload.yml").begin();
    await until(() => stage.runs[1]?.records.some((r) => r.key === "archive") === true, "a second");
    const third = stage.dispatch("offload.yml").begin();
    const [one, two, three] = await Promise.all([going, second, third]);
    expect(ofJob(two, "archive")).toEqual(["cancelled"]);
    expect(two.conclusions()["report"]).toBe("success");
    expect([one.conclusion, two.conclusion, three.conclusion]).toEqual([
      "success",
      "cancelled",
      "success",
    ]);
    expect(three.job("archive (metrics-1)").log).toContain("1 batch needed no archiving");
    expect(play.keys("seals/")).toHaveLength(1);
  });
});

const DEFAULTS =
  /^( *)(WARP10_READ_TOKEN|WARP10_DELETE_TOKEN|WARP10_PROBE_TOKEN|CELLAR_ADDON_KEY_ID|CELLAR_ADDON_KEY_SECRET): .*\n/gm;

/** The workflow with one line for each cluster's variables, as `init` writes it. */
const withVariables = (text: string, names: readonly string[]): string =>
  text.replaceAll(DEFAULTS, (_line, indent: string, variable: string) =>
    names
      .map((name) => `${indent}${name}_${variable}: \${{ secrets.${name}_${variable} }}\n`)
      .join(""),
  );

/** A flow that names its cluster's variables. */
const namedIn = (text: string, name: string): string =>
  text
    .replace("  select:", `  read-token: { env: ${name}_WARP10_READ_TOKEN }\n  select:`)
    .replace(
      "bucket: metrics-cold }",
      "bucket: metrics-cold, " +
        `access-key-id: { env: ${name}_CELLAR_ADDON_KEY_ID }, ` +
        `secret-access-key: { env: ${name}_CELLAR_ADDON_KEY_SECRET } }`,
    );
