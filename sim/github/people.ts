// What people do on GitHub's pages: review and merge.
import { changedFiles, headOf, type Pull, type Review } from "./pulls.ts";
import type { World } from "./world.ts";

/** A review, of the head as it is now. */
export function review(
  world: World,
  pull: Pull,
  by: string,
  state: Review["state"] = "APPROVED",
): Review {
  const made: Review = {
    id: world.id(),
    by,
    state,
    commit: headOf(world, pull),
    at: world.time(),
  };
  pull.reviews.push(made);
  return made;
}

/** Merges, whatever the branch's rules say: an administrator may. */
export function merge(
  world: World,
  pull: Pull,
  by: string,
  method: "merge" | "squash" = "merge",
): void {
  const head = world.git.commits.get(headOf(world, pull));
  const base = world.git.head(pull.baseRef);
  if (!head || !base) throw new Error("there is nothing to merge");
  const files = new Map(base.files);
  for (const { filename } of changedFiles(world, pull)) {
    const content = head.files.get(filename);
    if (content === undefined) files.delete(filename);
    else files.set(filename, content);
  }
  pull.headSha = head.sha;
  const made = world.git.make({
    parents: method === "merge" ? [base.sha, head.sha] : [base.sha],
    files,
    author: method === "merge" ? by : pull.by,
    committer: "web-flow",
    message: `Merge pull request #${pull.number}`,
    verified: true,
  });
  world.git.move(pull.baseRef, made.sha, by, "pr_merge");
  pull.state = "closed";
  pull.mergedAt = world.time();
  pull.mergedBy = by;
  pull.mergeCommit = made.sha;
}
