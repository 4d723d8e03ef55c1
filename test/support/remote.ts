// The flows of a world in a Git checkout with a remote of its own: the default branch, as it is
// now.
import { execFileSync } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "../../sim/world.ts";

/** A remote that a world's flows are cloned from. */
export interface Remote {
  /**
   * Commits a file of `flows/` to the default branch, past the checkout; `undefined` removes it.
   */
  push(name: string, text: string | undefined): Promise<void>;
  /** The checkout fetches, and stays where it is. */
  fetch(): Promise<void>;
  /** The remote cannot be reached from now on. */
  vanish(): Promise<void>;
}

function git(folder: string, ...args: string[]): void {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...who, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

/** Makes the world's folder a checkout of a new remote, with everything committed and pushed. */
export async function withRemote(world: World): Promise<Remote> {
  const { folder } = world;
  const bare = join(folder, "..", `${folder.split("/").at(-1)}-remote.git`);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  git(folder, "add", "flows");
  git(folder, "commit", "--quiet", "-m", "flows");
  git(folder, "remote", "add", "origin", bare);
  git(folder, "push", "--quiet", "-u", "origin", "main");
  return {
    async push(name, text) {
      const colleague = join(folder, "colleague");
      git(folder, "clone", "--quiet", bare, colleague);
      const file = join(colleague, "flows", name);
      if (text === undefined) git(colleague, "rm", "--quiet", file);
      else await writeFile(file, text);
      git(colleague, "add", "-A");
      git(colleague, "commit", "--quiet", "-m", "change");
      git(colleague, "push", "--quiet");
      execFileSync("rm", ["-rf", colleague]);
    },
    fetch: async () => git(folder, "fetch", "--quiet", "origin"),
    vanish: () => rename(bare, `${bare}-away`),
  };
}
