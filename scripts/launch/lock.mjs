// A lock between processes: a folder that holds one file, named by its owner.
//
// A new owner renames a folder of its own, file inside, onto the lock's name; that fails while the
// lock's folder has a file in it. To give up or to break a lock is to remove that one file, by its
// name: nobody can break a lock that has meanwhile passed to somebody else.
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

const POLL_MS = 250;
const BEAT_MS = 10_000;
/** An owner that gave no sign of life for so long has died, or its machine has. */
const SILENT_MS = 60_000;
const GIVE_UP_MS = 15 * 60_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `body` as the lock's only owner. Waits for another owner, at most 15 minutes. */
export async function withLock(path, say, body) {
  mkdirSync(dirname(path), { recursive: true });
  const owner = `${process.pid}.${Date.now()}@${hostname()}`;
  await acquire(path, owner, say);
  const beat = setInterval(() => touch(join(path, owner)), BEAT_MS);
  try {
    return await body();
  } finally {
    clearInterval(beat);
    release(path, owner);
  }
}

async function acquire(path, owner, say) {
  const deadlineMs = Date.now() + GIVE_UP_MS;
  for (let waited = false; !tryToOwn(path, owner); waited = true) {
    if (Date.now() > deadlineMs)
      throw new Error(`waited 15 minutes for ${path}; remove it if nobody installs`);
    if (!waited) say("another process is installing the dependencies; waiting for it");
    breakIfDead(path);
    await sleep(POLL_MS);
  }
}

function tryToOwn(path, owner) {
  const mine = `${path}.${owner}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, owner), "");
  try {
    if (process.platform === "win32") ignoring(() => rmdirSync(path));
    renameSync(mine, path);
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST", "EPERM", "EBUSY"].includes(error.code)) return false;
    throw error;
  }
}

function release(path, owner) {
  ignoring(() => unlinkSync(join(path, owner)));
  ignoring(() => rmdirSync(path));
}

/** Removes the file of an owner that is dead; the folder, then empty, is anybody's. */
function breakIfDead(path) {
  ignoring(() => {
    for (const owner of readdirSync(path)) {
      if (isDead(join(path, owner), owner)) unlinkSync(join(path, owner));
    }
  });
}

function isDead(file, owner) {
  if (Date.now() - statSync(file).mtimeMs > SILENT_MS) return true;
  const [pid, host] = [Number.parseInt(owner, 10), owner.slice(owner.indexOf("@") + 1)];
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function touch(file) {
  ignoring(() => utimesSync(file, new Date(), new Date()));
}

/** Another process may be faster; then there is nothing left to do. */
function ignoring(action) {
  try {
    action();
  } catch {
    // the file or folder is gone, or not ours
  }
}
