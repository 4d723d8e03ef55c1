// The launcher, in a repository of its own: a lockfile, a stand-in for npm, and small programs.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "./sources.ts";

let root = "";

const LOCK = {
  packages: {
    "": { name: "small" },
    "node_modules/one": { version: "1.0.0", integrity: "sha512-one" },
    "node_modules/elsewhere": { version: "1.0.0", integrity: "x", optional: true, os: ["plan9"] },
  },
};
const RECORD = { packages: { "node_modules/one": LOCK.packages["node_modules/one"] } };

/** Stands for npm: takes a moment, notes that it ran, and leaves npm's record. */
const NPM = `
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
console.log("npm talks on stdout");
if (process.env.NPM_FAILS) process.exit(7);
await new Promise((resolve) => setTimeout(resolve, Number(process.env.NPM_MS ?? 200)));
appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
mkdirSync("node_modules/one/bin", { recursive: true });
writeFileSync("node_modules/one/package.json", JSON.stringify({ bin: "bin/one.mjs" }));
writeFileSync("node_modules/one/bin/one.mjs", "console.log('one', ...process.argv.slice(2));");
writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify(RECORD))});
`;

const TALK = `
const { argv, env } = process;
console.log(JSON.stringify({ args: argv.slice(2), cwd: process.cwd(), path: env.PATH }));
`;

const WAIT = `
let count = 0;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => {
  count++;
  setTimeout(() => { console.log(name + " " + count); process.exit(23); }, 100);
});
setInterval(() => {}, 1000);
console.log("ready");
`;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = root): ChildProcess {
  const npm = { npm_execpath: join(root, "npm-cli.mjs") };
  const options = { cwd, env: { ...process.env, ...npm, ...env } };
  return spawn(process.execPath, [join(root, "scripts/launch.mjs"), ...args], options);
}

function ended(
  child: ChildProcess,
  onData: (said: string) => void = () => undefined,
): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stderr?.on("data", (part: Buffer) => (stderr += part.toString()));
  child.stdout?.on("data", (part: Buffer) => {
    stdout += part.toString();
    onData(stdout);
  });
  return new Promise((resolve) =>
    child.once("close", (status) => resolve({ status, stdout, stderr })),
  );
}

const launch = (...args: Parameters<typeof start>): Promise<Ended> => ended(start(...args));
const npmRuns = (): number =>
  existsSync(join(root, "npm.log"))
    ? readFileSync(join(root, "npm.log"), "utf8").trim().split("\n").length
    : 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cellarman-launch-"));
  for (const path of ["scripts/launch.mjs", "scripts/launch", "bin/cellarman"]) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  put("package-lock.json", JSON.stringify(LOCK));
  put("npm-cli.mjs", NPM);
  put("talk.mjs", TALK);
  put("wait.mjs", WAIT);
  put("src/cli.ts", TALK);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("the launcher", () => {
  it("installs once, says so on stderr alone, and runs the program", async () => {
    const first = await launch(["talk.mjs", "a", "--b"]);
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ args: ["a", "--b"] });
    expect(first.stderr).toMatch(/installing dependencies/);
    const second = await launch(["talk.mjs"]);
    expect(second.stderr).toBe("");
    expect(npmRuns()).toBe(1);
  });

  it("takes an install done by hand for its own", async () => {
    put("node_modules/.package-lock.json", JSON.stringify(RECORD));
    expect((await launch(["talk.mjs"])).status).toBe(0);
    expect(npmRuns()).toBe(0);
  });

  it.each([
    ["a package is missing", { packages: {} }],
    ["a package is another", { packages: { "node_modules/one": { integrity: "sha512-two" } } }],
    ["a package is too much", { packages: { ...RECORD.packages, "node_modules/two": {} } }],
  ])("installs again when %s", async (_why, record) => {
    put("node_modules/.package-lock.json", JSON.stringify(record));
    expect((await launch(["talk.mjs"])).status).toBe(0);
    expect(npmRuns()).toBe(1);
  });

  it("installs once when several start at once", async () => {
    const all = await Promise.all([1, 2, 3, 4].map((n) => launch(["talk.mjs", `${n}`])));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(npmRuns()).toBe(1);
  });

  it("breaks the lock of a process that died", async () => {
    const gone = spawn(process.execPath, ["-e", ""]);
    await ended(gone);
    put(`.cache/install.lock/${gone.pid}.1@${hostname()}`, "");
    expect((await launch(["talk.mjs"])).status).toBe(0);
    expect(npmRuns()).toBe(1);
  });

  it("ends with npm's status when npm fails twice, and runs nothing", async () => {
    const { status, stdout, stderr } = await launch(["talk.mjs"], { NPM_FAILS: "1" });
    expect([status, stdout]).toEqual([7, ""]);
    expect(stderr.match(/npm talks on stdout/g)).toHaveLength(2);
  });

  it("passes on the program's status, and 128 + n for a signal that ended it", async () => {
    put("three.mjs", "process.exitCode = 3;");
    put("killed.mjs", "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    expect((await launch(["three.mjs"])).status).toBe(3);
    expect((await launch(["killed.mjs"])).status).toBe(137);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on, once", async (signal) => {
    const child = start(["wait.mjs"]);
    let sent = false;
    const result = await ended(child, (said) => {
      if (sent || !said.includes("ready")) return;
      sent = true;
      child.kill(signal);
      setTimeout(() => child.kill(signal), 20);
    });
    expect(result.status).toBe(23);
    expect(result.stdout).toBe(`ready\n${signal} 1\n`);
  });

  it("stops an install on a signal, and does not try it again", async () => {
    const child = start(["talk.mjs"], { NPM_MS: "20000" });
    child.stderr?.on("data", (part: Buffer) => {
      if (part.toString().includes("npm talks")) child.kill("SIGTERM");
    });
    const { status, stdout } = await ended(child);
    expect([status, stdout, npmRuns()]).toEqual([143, "", 0]);
  });

  it("puts its own Node first on the PATH and keeps the caller's folder", async () => {
    const { stdout } = await launch(["talk.mjs"], {}, tmpdir());
    const { cwd, path } = JSON.parse(stdout) as { cwd: string; path: string };
    expect(path.split(delimiter)[0]).toBe(dirname(process.execPath));
    expect(cwd).toBe(tmpdir());
  });

  it("runs a package's command by its name, and names what does not exist", async () => {
    expect((await launch(["one", "x"])).stdout).toBe("one x\n");
    expect(await launch(["none"])).toMatchObject({ status: 1, stdout: "" });
    expect((await launch(["none.ts"])).stderr).toMatch(/there is no none\.ts/);
  });
});

describe("bin/cellarman", () => {
  it("runs src/cli.ts from any folder, through a link as well", async () => {
    const npm = { npm_execpath: join(root, "npm-cli.mjs") };
    const options = { cwd: tmpdir(), env: { ...process.env, ...npm } };
    const link = join(root, "linked");
    await ended(spawn("ln", ["-s", "bin/cellarman", link]));
    const { stdout } = await ended(spawn(link, ["plan", "x y"], options));
    expect(JSON.parse(stdout)).toMatchObject({ args: ["plan", "x y"], cwd: tmpdir() });
  });
});
