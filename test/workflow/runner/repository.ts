// A scratch repository: a bare remote, and a clone in which people work.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IDENTITY = [
  "-c",
  "user.name=t",
  "-c",
  "user.email=t@example.net",
  "-c",
  "commit.gpgsign=false",
];

/** Runs git without anybody's configuration. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync("git", [...IDENTITY, ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
    },
  });
}

/** One repository with a default branch `main`. */
export class Repository {
  readonly remote: string;
  private readonly clone: string;

  constructor(folder: string) {
    this.remote = join(folder, "remote.git");
    this.clone = join(folder, "people");
    mkdirSync(folder, { recursive: true });
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", this.remote);
    // GitHub gives any commit that it has: an old run is re-run on its own.
    git(this.remote, "config", "uploadpack.allowAnySHA1InWant", "true");
    git(folder, "init", "--quiet", "--initial-branch=main", this.clone);
    git(this.clone, "remote", "add", "origin", this.remote);
  }

  /** Commits files (null removes one) to a branch and pushes it; returns the commit. */
  push(files: Readonly<Record<string, string | null>>, branch = "main"): string {
    if (branch !== "main") git(this.clone, "checkout", "--quiet", "-B", branch, "main");
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.clone, path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file);
      else writeFileSync(file, text);
    }
    git(this.clone, "add", "--all");
    git(this.clone, "commit", "--quiet", "--message", "change");
    git(this.clone, "push", "--quiet", "--force", "origin", `HEAD:${branch}`);
    const sha = git(this.clone, "rev-parse", "HEAD").trim();
    if (branch !== "main") git(this.clone, "checkout", "--quiet", "main");
    return sha;
  }

  head(branch = "main"): string {
    return git(this.remote, "rev-parse", branch).trim();
  }

  /** A file as a commit has it. */
  show(sha: string, path: string): string {
    return git(this.remote, "show", `${sha}:${path}`);
  }

  /** Whether a commit has a file with this text. */
  has(sha: string, path: string, text: string): boolean {
    const listed = git(this.remote, "ls-tree", "--name-only", sha, "--", path).trim();
    return listed !== "" && this.show(sha, path) === text;
  }

  /** Names of files under a folder, as a commit has them. */
  list(sha: string, folder: string): string[] {
    const names = git(this.remote, "ls-tree", "--name-only", sha, `${folder}/`).trim();
    return names === "" ? [] : names.split("\n");
  }

  /**
   * What `actions/checkout` does with `persist-credentials: false`: one commit, the remote's branch
   * known by it alone.
   * Source: https://github.com/actions/checkout (src/git-source-provider.ts, src/ref-helper.ts)
   */
  checkout(into: string, sha: string, ref: string, isWhole = false): void {
    mkdirSync(into, { recursive: true });
    const branch = ref.replace(/^refs\/heads\//, "");
    const local = ref.startsWith("refs/heads/")
      ? `refs/remotes/origin/${branch}`
      : ref.replace(/^refs\//, "refs/remotes/");
    const fetch = (...what: string[]): string =>
      git(into, "fetch", "--quiet", "--no-tags", ...what);
    git(into, "init", "--quiet", "--initial-branch=none");
    git(into, "remote", "add", "origin", this.remote);
    if (isWhole) fetch("origin", "+refs/heads/*:refs/remotes/origin/*");
    fetch(...(isWhole ? [] : ["--depth=1"]), `file://${this.remote}`, `+${sha}:${local}`);
    const asBranch = ref.startsWith("refs/heads/") ? ["-B", branch] : ["--detach"];
    git(into, "checkout", "--quiet", "--force", ...asBranch, local);
  }
}
