// A newcomer: an empty repository, a flow, `cellarman init`, the secrets that it asks for, a run.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { fillNovember } from "../../support/november.ts";
import { ROOT } from "../runner/actions.ts";
import { AUTOMATIC, openPlay, type Play } from "../world.ts";
import { cooled, offload } from "./support.ts";

let play: Play;
let folder = "";
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await play.close();
});

/** Every file under a folder, by its path from there. */
const filesIn = (place: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(place.length + 1), readFileSync(file, "utf8")]),
  );

/** What `init` prints for a repository with one flow; its files are pushed. */
function initialised(rest: string, ...options: string[]): string {
  folder = mkdtempSync(join(tmpdir(), "cellarman-newcomer-"));
  mkdirSync(join(folder, "flows"));
  writeFileSync(join(folder, "flows/metrics.yaml"), play.flow("metrics", rest));
  const argv = ["init", folder, "--owner", "acme", "--ref", "1".repeat(40), ...options];
  const cli = join(ROOT, "dist/cli.js");
  const said = execFileSync(process.execPath, [cli, ...argv], { encoding: "utf8", env: {} });
  play.push(filesIn(folder));
  return said;
}

it("gets from an empty repository to a verified archive", async () => {
  play = await openPlay({ flows: {}, bare: true });
  fillNovember(play.world, 1);
  const extras = ["--with", "control,rerun,watchdog", "--policy"];
  const said = initialised("period: { first: 2025-11 }", ...extras);
  const paths = readdirSync(join(folder, ".github/workflows"));
  expect(paths.toSorted()).toEqual([
    "control.yml",
    "offload.yml",
    "rerun.yml",
    "review.yml",
    "watchdog.yml",
  ]);
  const offloading = readFileSync(join(folder, ".github/workflows/offload.yml"), "utf8");
  expect(offloading).toContain(`uses: acme/cellarman@${"1".repeat(40)} # v`);
  // Everything that the environments of this test hold is on the printed list.
  for (const name of ["cellarman-plan", "cellarman-archive", "cellarman-verify"]) {
    expect(said).toContain(name);
    for (const secret of Object.keys(play.stage.environments.get(name)?.secrets ?? {})) {
      expect(said).toContain(secret);
    }
  }
  const run = await offload(play);
  expect(run.conclusion).toBe("success");
  expect(play.keys("verified/metrics/2025-11/")).toHaveLength(1);
  const told = await play.stage.dispatch("control.yml", { flow: "metrics" }).begin();
  expect(told.conclusion).toBe("success");
});

it("without purge archives and verifies, and says what waits for a purge elsewhere", async () => {
  play = await openPlay({ flows: {}, bare: true });
  initialised(AUTOMATIC, "--without-purge");
  const points = await cooled(play);
  const run = await offload(play);
  expect(run.conclusion).toBe("success");
  expect(Object.keys(run.conclusions()).toSorted()).toEqual([
    "archive",
    "plan",
    "report",
    "verify",
  ]);
  expect(run.job("plan").annotations).toMatchObject([
    { level: "notice", message: expect.stringMatching(/1 batch waits for cellarman purge/) },
  ]);
  expect(play.world.hotPoints).toBe(points);
});
