// The stand-in's HFiles extension on the command line.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../sim/serve.ts", import.meta.url));

it("npm run sim -- warp10 --hfiles dumps with the switches given, and serves", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hfiles-command-"));
  const options = ["naming=replace", 'infoNames={"points":"count"}'];
  const child = spawn(
    process.execPath,
    [PROGRAM, "warp10", "--hfiles", directory, "--without", "stackps"].concat(
      options.flatMap((option) => ["--hfiles-option", option]),
    ),
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const first = await new Promise<string>((resolve) =>
    child.stdout.setEncoding("utf8").once("data", resolve),
  );
  const { url } = JSON.parse(first) as { url: string };
  const exec = (body: string): Promise<Response> =>
    fetch(`${url}/api/v0/exec`, {
      method: "POST",
      body,
      headers: { "X-Warp10-Capabilities": "HFILES" },
    });
  const dumped = await exec(
    "{ 'token' 'HFILES' 'selector' '~(.*){}' 'path' 'x.hfile' 'start' 0 'end' 9 } HFDUMP " +
      "'count' GET",
  );
  expect(await dumped.text()).toBe("[0]");
  expect(readdirSync(directory).toSorted()).toEqual(["x.gts", "x.hfile", "x.info"]);
  expect((await fetch(`${url}/hfiles/x.hfile`)).status).toBe(200);
  expect((await exec("'s' WSINFO")).status).toBe(500);
  child.kill("SIGTERM");
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  rmSync(directory, { recursive: true });
});

it.each([
  [["--hfiles", "/tmp/x", "--hfiles-option", "macroCall=series"], "macroCall=series is no option"],
  [["--without", "fetch"], "fetch is not stackps or shm"],
])("refuses %j", (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "warp10", ...args], {
    encoding: "utf8",
  });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
