// The repository's history: commits with whole trees in memory, branches, and who pushed what.
// Ids are git's own (SHA-1 over git's objects), so that a client may check them.
import { createHash } from "node:crypto";
import type { World } from "./world.ts";

export type Files = ReadonlyMap<string, string>;

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly files: Files;
  /** Accounts that GitHub finds for the commit's e-mail addresses; null: it finds none. */
  readonly author: string | null;
  readonly committer: string | null;
  readonly message: string;
  /** Whether it has a signature that GitHub verified. */
  readonly verified: boolean;
  readonly at: string;
}

/** A push, as the repository's activity shows it. */
export interface Push {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: string;
  readonly at: string;
  readonly kind: "push" | "branch_creation" | "pr_merge";
}

const NO_COMMIT = "0".repeat(40);

const objectId = (kind: string, content: Buffer): string =>
  createHash("sha1").update(`${kind} ${content.length}\0`).update(content).digest("hex");

export const blobSha = (text: string): string => objectId("blob", Buffer.from(text));

/** One entry of a folder. */
export interface Entry {
  readonly path: string;
  readonly type: "blob" | "tree";
  readonly sha: string;
}

/** The entries of one folder (`""`: the top), in git's order; undefined: there is none. */
export function folder(files: Files, path: string): Entry[] | undefined {
  const inside = path === "" ? "" : `${path}/`;
  const names = new Set<string>();
  for (const file of files.keys()) {
    if (file.startsWith(inside)) names.add(file.slice(inside.length).split("/")[0] ?? "");
  }
  if (names.size === 0 && path !== "") return undefined;
  return [...names].toSorted().map((name): Entry => {
    const text = files.get(inside + name);
    return text === undefined
      ? { path: name, type: "tree", sha: treeSha(files, inside + name) }
      : { path: name, type: "blob", sha: blobSha(text) };
  });
}

export function treeSha(files: Files, path = ""): string {
  const lines = (folder(files, path) ?? []).flatMap(({ path: name, type, sha }) => [
    Buffer.from(`${type === "tree" ? "40000" : "100644"} ${name}\0`),
    Buffer.from(sha, "hex"),
  ]);
  return objectId("tree", Buffer.concat(lines));
}

/** What a commit changes; `null` takes a file away. */
export interface Change {
  readonly files: Readonly<Record<string, string | null>>;
  readonly author?: string | null;
  readonly committer?: string | null;
  readonly message?: string;
  readonly verified?: boolean;
  /** Who pushes it; the author where it is left out. */
  readonly pusher?: string;
}

/** Branches and commits of one repository. */
export class Git {
  readonly commits = new Map<string, Commit>();
  /** Commits by branch. */
  readonly heads = new Map<string, string>();
  readonly pushes: Push[] = [];
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  head(branch: string): Commit | undefined {
    return this.commits.get(this.heads.get(branch) ?? "");
  }

  /** A commit by branch, `heads/branch` or id. */
  find(ref: string): Commit | undefined {
    return this.head(ref.replace(/^(refs\/)?heads\//, "")) ?? this.commits.get(ref);
  }

  /** Makes a commit on a branch and pushes it. */
  push(branch: string, change: Change, parents?: readonly string[]): Commit {
    // A new branch begins where the default branch is.
    const before = this.head(branch) ?? this.head(this.world.defaultBranch);
    const files = new Map(before?.files);
    for (const [path, text] of Object.entries(change.files)) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const author = change.author === undefined ? this.world.owner : change.author;
    const commit = this.make({
      parents: parents ?? (before ? [before.sha] : []),
      files,
      author,
      committer: change.committer === undefined ? author : change.committer,
      message: change.message ?? "a change",
      verified: change.verified ?? false,
    });
    this.move(branch, commit.sha, change.pusher ?? author ?? this.world.owner);
    return commit;
  }

  make(said: Omit<Commit, "sha" | "at">): Commit {
    const at = this.world.time();
    const whole = [treeSha(said.files), ...said.parents, said.author, said.message, at];
    const sha = objectId("commit", Buffer.from(`${whole.join("\n")}\n${this.commits.size}`));
    const commit = { ...said, sha, at };
    this.commits.set(sha, commit);
    return commit;
  }

  /** Points a branch elsewhere, and notes who did. */
  move(branch: string, sha: string, actor: string, kind?: Push["kind"]): void {
    const before = this.heads.get(branch);
    this.heads.set(branch, sha);
    this.pushes.push({
      id: this.world.id(),
      ref: `refs/heads/${branch}`,
      before: before ?? NO_COMMIT,
      after: sha,
      actor,
      at: this.world.time(),
      kind: kind ?? (before === undefined ? "branch_creation" : "push"),
    });
  }

  /** A commit and all that came before it. */
  ancestors(sha: string): Set<string> {
    const found = new Set<string>();
    const open = [sha];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(this.commits.get(next)?.parents ?? []));
    }
    return found;
  }

  /** The commits that made a file what it is, the newest first, as `git log -- path` finds them. */
  log(sha: string, path: string): Commit[] {
    const commit = this.commits.get(sha);
    if (!commit) return [];
    const text = commit.files.get(path);
    const same = commit.parents.find((one) => this.commits.get(one)?.files.get(path) === text);
    if (same !== undefined) return this.log(same, path);
    const before = commit.parents.flatMap((one) => this.log(one, path));
    return commit.parents.length === 0 && text === undefined ? [] : [commit, ...before];
  }
}
