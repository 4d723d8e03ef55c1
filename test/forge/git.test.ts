// What the default branch says *now*, by `git fetch` of the flows' remote; with no remote there is
// no forge; "cannot tell" is never "not there" (design §3, "The gate").
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { lastCommitMs, openGit } from "../../src/forge/git.ts";
import { rejected } from "../support/values.ts";
import { copyOf, git, makeTemplate, type Repositories } from "./repository.ts";

let template = "";
let repositories: Repositories;
beforeAll(() => {
  template = makeTemplate();
});
beforeEach(() => {
  repositories = copyOf(template);
});
afterAll(() => rmSync(template, { recursive: true }));
afterEach(() => repositories.dispose());

async function openForge(directory = repositories.checkout): Promise<Forge> {
  const forge = await openGit(directory);
  if (!forge) throw new Error("no forge");
  return forge;
}

describe("when a file last changed", () => {
  test("is told by the checkout's history, whatever changed beside it", async () => {
    const { checkout } = repositories;
    const file = join(checkout, "flows/f.yaml");
    const commit = (date: string) => {
      git(checkout, "add", "--all");
      git(checkout, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", date);
      return Number(git(checkout, "log", "-1", "--format=%ct").trim()) * 1000;
    };
    writeFileSync(file, "changed");
    const changedMs = commit("the flow");
    writeFileSync(join(checkout, "flows/other.yaml"), "other");
    commit("another");
    expect(await lastCommitMs(file)).toBe(changedMs);
  });

  test("is not known of a file that was never committed, nor outside of a checkout", async () => {
    const fresh = join(repositories.checkout, "flows/new.yaml");
    writeFileSync(fresh, "new");
    expect(await lastCommitMs(fresh)).toBeUndefined();
    expect(await lastCommitMs(join(repositories.root, "f.yaml"))).toBeUndefined();
  });
});

describe("a file on the default branch now", () => {
  test("is what was pushed since, not what the checkout has, which stays as it is", async () => {
    const forge = await openForge();
    expect(forge.branch).toBe("trunk");
    repositories.push("flows/f.yaml", "two");
    const refs = () => git(repositories.checkout, "rev-parse", "HEAD", "refs/remotes/origin/trunk");
    const before = refs();
    expect(await forge.fileNow("flows/f.yaml")).toBe("two");
    expect(await forge.fileAsFetched("flows/f.yaml")).toBe("one");
    expect(refs()).toBe(before);
    expect(git(repositories.checkout, "status", "--porcelain")).toBe("");
  });

  test("is not what lies in the working tree or on another branch", async () => {
    const forge = await openForge();
    repositories.push("flows/f.yaml", "theirs", "feature");
    writeFileSync(join(repositories.checkout, "flows/f.yaml"), "local");
    git(repositories.checkout, "commit", "--quiet", "--all", "--message", "mine");
    expect(await forge.fileNow("flows/f.yaml")).toBe("one");
  });

  test("is undefined where the branch has no such file, also once it was removed", async () => {
    const forge = await openForge();
    expect(await forge.fileNow("flows/policy.yaml")).toBeUndefined();
    repositories.push("flows/f.yaml", null);
    expect(await forge.fileNow("flows/f.yaml")).toBeUndefined();
  });

  test("is read from the branch that is the remote's default now", async () => {
    const forge = await openForge();
    repositories.push("flows/f.yaml", "new default", "next");
    git(repositories.remote, "symbolic-ref", "HEAD", "refs/heads/next");
    expect(await forge.fileNow("flows/f.yaml")).toBe("new default");
  });

  test("throws when the remote cannot be reached: that is no absence", async () => {
    const forge = await openForge();
    renameSync(repositories.remote, `${repositories.remote}-gone`);
    for (const path of ["flows/f.yaml", "flows/policy.yaml"]) {
      expect(await rejected(forge.fileNow(path))).toMatchObject({
        code: "blocked",
        retryable: true,
      });
    }
  });

  test("throws when the remote has no default branch any more", async () => {
    const forge = await openForge();
    git(repositories.remote, "symbolic-ref", "HEAD", "refs/heads/nowhere");
    expect(await rejected(forge.fileNow("flows/f.yaml"))).toMatchObject({ code: "blocked" });
  });

  test("needs no branch of the checkout's own: a detached, shallow one will do", async () => {
    const shallow = join(repositories.root, "shallow");
    git(
      repositories.root,
      "clone",
      "--quiet",
      "--depth=1",
      `file://${repositories.remote}`,
      shallow,
    );
    git(shallow, "checkout", "--quiet", "--detach");
    repositories.push("flows/f.yaml", "two");
    expect(await (await openForge(shallow)).fileNow("flows/f.yaml")).toBe("two");
  });
});

describe("paths", () => {
  test("are from the repository's top, wherever the forge was opened", async () => {
    const forge = await openForge(join(repositories.checkout, "flows"));
    const path = await forge.pathInside(join(repositories.checkout, "flows", "f.yaml"));
    expect(path).toBe("flows/f.yaml");
    expect(await forge.fileAsFetched(path)).toBe("one");
  });

  test("may name a file that is not there", async () => {
    const forge = await openForge();
    expect(await forge.pathInside(join(repositories.checkout, "flows", "new.yaml"))).toBe(
      "flows/new.yaml",
    );
  });

  test("with odd characters are read as well", async () => {
    repositories.push("flows/é ü.yaml", "odd");
    expect(await (await openForge()).fileNow("flows/é ü.yaml")).toBe("odd");
  });
});

describe("no forge", () => {
  test("where the folder is in no repository", async () => {
    const plain = join(repositories.root, "plain");
    mkdirSync(plain);
    expect(await openGit(plain)).toBeUndefined();
  });

  test("where the repository has no remote", async () => {
    git(repositories.checkout, "remote", "remove", "origin");
    expect(await openGit(repositories.checkout)).toBeUndefined();
  });

  test("origin counts where there are several remotes, not somebody's fork", async () => {
    const fork = join(repositories.root, "fork");
    git(repositories.root, "clone", "--quiet", "--bare", repositories.remote, fork);
    git(repositories.checkout, "remote", "add", "a-fork", fork);
    repositories.push("flows/f.yaml", "two");
    expect(await (await openForge()).fileNow("flows/f.yaml")).toBe("two");
  });
});
