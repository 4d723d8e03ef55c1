// Before the first of these suites: which servers it is, brought up where the environment names
// none. After the last: what was brought up here is taken down. Workers find everything in the
// environment.
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = (name: string): string =>
  fileURLToPath(new URL(`../../../scripts/${name}`, import.meta.url));

const down: string[] = [];

/** Takes vitest's place for a global set-up: runs once, in the process that starts the workers. */
export function setup(): void {
  if (!given("CELLARMAN_REAL_S3")) bringUp(script("radosgw.sh"));
  if (!given("WARP10_URL") && given("WARP10_JARS")) {
    bringUp(script("warp10.sh"));
    process.env["CELLARMAN_REAL_HOT"] = "own";
  } else {
    process.env["CELLARMAN_REAL_HOT"] = given("WARP10_URL") ? "given" : "stand-in";
  }
  process.stdout.write(`Pair under test: ${pairLine()}\n`);
}

/** Ends what this run brought up. */
export function teardown(): void {
  for (const path of down.toReversed()) spawnSync(path, ["down"], { stdio: "inherit" });
}

const given = (name: string): boolean => (process.env[name] ?? "") !== "";

/** Starts a server by its script, unless it runs, and takes over the script's variables. */
function bringUp(path: string): void {
  const ran = answersAs(path);
  execFileSync(path, ["up"], { stdio: ["ignore", "inherit", "inherit"] });
  if (!ran) down.push(path);
  for (const [, name = "", value = ""] of environmentOf(path).matchAll(/(\w+)=(\S+)/g)) {
    process.env[name] = value;
  }
}

const environmentOf = (path: string): string =>
  spawnSync(path, ["env"], { encoding: "utf8" }).stdout;

/** Whether the script's server runs already: then it stays when this run ends. */
function answersAs(path: string): boolean {
  const [, url] = /=(http\S+)/.exec(environmentOf(path)) ?? [];
  if (url === undefined) return false;
  return spawnSync("curl", ["-s", "-m", "5", "-o", "/dev/null", url]).status === 0;
}

/** What is under test, in one line. */
function pairLine(): string {
  const store = `the gateway at ${process.env["CELLARMAN_REAL_S3"]}`;
  switch (process.env["CELLARMAN_REAL_HOT"]) {
    case "own":
      return `a Warp 10 out of ${process.env["WARP10_JARS"]}, and ${store}`;
    case "given":
      return `the Warp 10 at ${process.env["WARP10_URL"]}, and ${store}`;
    default:
      return `sim/warp10, standing in as neither WARP10_URL nor WARP10_JARS is set, and ${store}`;
  }
}
