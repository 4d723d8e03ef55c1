// Files of one commit, by git's own objects: a folder's listing proves that a file is not there,
// where a plain 404 may as well mean a token that sees too little.
import { createHash } from "node:crypto";
import { CellarmanError } from "../../runtime/errors.ts";
import type { GitHub } from "./client.ts";

/** One entry of a folder. */
interface Entry {
  readonly path: string;
  readonly type: string;
  readonly sha: string;
}

/** A file as a commit has it. */
export interface FoundFile {
  readonly blob: string;
  readonly text: string;
}

/** Reads files; folders and files are kept, for an id always names the same bytes. */
export class CommitFiles {
  private readonly github: GitHub;
  private readonly folders = new Map<string, readonly Entry[]>();
  private readonly texts = new Map<string, string>();

  constructor(github: GitHub) {
    this.github = github;
  }

  /** A file of a commit; undefined: its folder, listed in full, has no such file. */
  async find(commit: string, path: string): Promise<FoundFile | undefined> {
    const names = path.split("/");
    let tree = commit;
    for (const [i, name] of names.entries()) {
      const isLast = i === names.length - 1;
      const entry = (await this.folder(tree)).find((one) => one.path === name);
      if (!entry) return undefined;
      if (isLast) return entry.type === "blob" ? this.read(entry.sha) : undefined;
      if (entry.type !== "tree") return undefined;
      tree = entry.sha;
    }
    return undefined;
  }

  private async folder(sha: string): Promise<readonly Entry[]> {
    const known = this.folders.get(sha);
    if (known) return known;
    const { data } = await this.github.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
      ...this.github.repository,
      tree_sha: sha,
    });
    if (data.truncated) {
      throw new CellarmanError("limit", "GitHub lists a folder of the repository only in part", {
        hint: "Keep the flows in a repository of their own.",
      });
    }
    this.folders.set(sha, data.tree);
    return data.tree;
  }

  private async read(sha: string): Promise<FoundFile> {
    const known = this.texts.get(sha);
    if (known !== undefined) return { blob: sha, text: known };
    const { data } = await this.github.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
      ...this.github.repository,
      file_sha: sha,
    });
    const bytes = Buffer.from(data.content, "base64");
    if (blobId(bytes) !== sha) {
      throw new CellarmanError("unreadable", `GitHub gave other bytes than those of ${sha}`);
    }
    const text = bytes.toString("utf8");
    this.texts.set(sha, text);
    return { blob: sha, text };
  }
}

/** The name that git gives to a file's bytes: SHA-1 over a heading and them. */
export function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
