// Brings the dependencies that package-lock.json names, once, with npm.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { installedNode, isModern } from "./node24.mjs";

const say = (text) => process.stderr.write(`cellarman: ${text}\n`);

/** Keys of the environment that would make npm install elsewhere, or less than everything. */
const MISLEADING =
  /^npm_config_(prefix|local_prefix|global|location|omit|only|production|dry_run)$/i;

const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages ?? {};

/** Whether `wanted` (a list such as `["linux", "!x64"]`) lets `value` in. */
function admits(wanted, value) {
  if (wanted === undefined) return true;
  const list = [wanted].flat();
  if (list.includes(`!${value}`)) return false;
  return list.includes(value) || list.every((entry) => entry.startsWith("!"));
}

/** A package that npm may rightly have left out on this machine. */
function mayBeAbsent(entry) {
  if (entry.optional !== true) return false;
  const anywhere = entry.os === undefined && entry.cpu === undefined;
  if (anywhere || entry.libc !== undefined) return true;
  return !(admits(entry.os, process.platform) && admits(entry.cpu, process.arch));
}

/**
 * Whether node_modules holds what package-lock.json names: npm's own record of what it installed is
 * compared entry by entry, so that an `npm ci` done by hand counts. Packages are not opened.
 */
function isInstalled(root) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  if (!isModern() && installedNode(root) === undefined) return false;
  const installed = packagesOf(record);
  const wanted = packagesOf(join(root, "package-lock.json"));
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    if (found === undefined ? !mayBeAbsent(entry) : found.integrity !== entry.integrity)
      return false;
  }
  return Object.keys(installed).every((path) => wanted[path] !== undefined);
}

/** npm as a command: the one that started this script, else the one on the PATH. */
function npmCommand() {
  const started = process.env["npm_execpath"];
  if (started !== undefined && /npm-cli\.(c|m)?js$/.test(started))
    return [process.execPath, started];
  return [process.platform === "win32" ? "npm.cmd" : "npm"];
}

/** Runs `npm ci` in `root`, its output on stderr; resolves as `outcomeOf` does. */
function npmCi(root, extra, outcomeOf) {
  const [command, ...first] = npmCommand();
  const args = [
    "ci",
    "--ignore-scripts",
    "--loglevel=error",
    "--include=dev",
    "--include=optional",
  ];
  const kept = Object.entries(process.env).filter(([name]) => !MISLEADING.test(name));
  const child = spawn(command, [...first, ...args, ...extra], {
    cwd: root,
    env: Object.fromEntries(kept),
    stdio: ["ignore", 2, 2],
    shell: command.endsWith(".cmd"),
  });
  return outcomeOf(child);
}

/**
 * The status of one install: from npm's cache where that is enough, else asking the registry anew.
 */
async function install(root, outcomeOf) {
  say("installing dependencies (npm ci); this happens once and takes up to a minute");
  const startMs = Date.now();
  let { status, stoppedBy } = await npmCi(root, ["--prefer-offline"], outcomeOf);
  if (status !== 0 && stoppedBy === undefined) {
    say("npm ci failed; trying once more without the cache's word");
    ({ status, stoppedBy } = await npmCi(root, [], outcomeOf));
  }
  if (stoppedBy !== undefined) return 128 + constants.signals[stoppedBy];
  if (status !== 0) say(`npm ci failed with status ${status}; is there a network, and a registry?`);
  else say(`dependencies installed in ${((Date.now() - startMs) / 1000).toFixed(0)} s`);
  return status;
}

/**
 * Installs what is missing or stale under `root`; resolves to 0, or to npm's status. Several
 * processes may call this at once: one installs, the others wait for it.
 */
export async function ensureInstalled(root, outcomeOf) {
  if (isInstalled(root)) return 0;
  return withLock(join(root, ".cache", "install.lock"), say, () =>
    isInstalled(root) ? 0 : install(root, outcomeOf),
  );
}
