#!/usr/bin/env node
// Starts one of the repository's programs under Node 24, whatever Node from 18 on is on the PATH:
//
//   node scripts/launch.mjs src/cli.ts ARGS…     a file of this repository
//   node scripts/launch.mjs vitest ARGS…         the command of an installed package
//
// It installs the dependencies first where they are missing or stale. Everything that it says goes
// to stderr: stdout belongs to the program. Plain JavaScript, because the Node that reads it may be
// old.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./launch/install.mjs";
import { modernNode } from "./launch/node24.mjs";
import { scriptOf } from "./launch/target.mjs";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];
/** A terminal and npm both deliver one Ctrl-C; within this time it is the same one. */
const SAME_SIGNAL_MS = 500;

/**
 * Passes signals on to `child`, and resolves when it has ended, to `status`, the one that this
 * process should end with, and `stoppedBy`, the first signal that was passed on, if any.
 */
function outcomeOf(child) {
  const lastMs = new Map();
  let stoppedBy;
  const forward = (signal) => {
    const nowMs = Date.now();
    if (nowMs - (lastMs.get(signal) ?? 0) < SAME_SIGNAL_MS) return;
    lastMs.set(signal, nowMs);
    stoppedBy ??= signal;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const name of FORWARDED) process.removeListener(name, forward);
      resolve({ status: code ?? 128 + (constants.signals[signal] ?? 0), stoppedBy });
    });
  });
}

/** The environment of the program: its own Node comes first on the PATH. */
function environmentWith(node) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const rest = process.env[name];
  const path = rest === undefined ? dirname(node) : dirname(node) + delimiter + rest;
  return { ...process.env, [name]: path };
}

async function main([target, ...args]) {
  if (target === undefined) throw new Error("usage: launch.mjs FILE|COMMAND [ARGUMENT...]");
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const installStatus = await ensureInstalled(root, outcomeOf);
  if (installStatus !== 0) return installStatus;
  const node = modernNode(root);
  const options = { stdio: "inherit", env: environmentWith(node) };
  const { status } = await outcomeOf(spawn(node, [scriptOf(root, target), ...args], options));
  return status;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`cellarman: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
