// A change of flows in a checkout with a remote, reviewed as a terminal or a pull request's run
// does it.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/main.ts";
import { git } from "../forge/repository.ts";

/** A moment in March 2026: November's period is due, December's becomes so on 1 April. */
export const NOW = Date.UTC(2026, 2, 10, 12);

export const FLOW = `version: 1
flow: metrics
source:
  warp10: https://warp10.example.net
  select:
    - class: { regex: "cpu\\\\..*" }
period:
  first: 2025-11
archive:
  s3: https://cellar-c2.services.clever-cloud.com
  bucket: metrics-cold
purge:
  mode: approve
  write-fence:
    max-past: P45D
`;

/** Files by their paths; null: removed. */
export type Files = Readonly<Record<string, string | null>>;

export interface Reviewed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly document: Document;
}

/** As much of the document as tests look at. */
export interface Document {
  readonly verdict: string;
  readonly markdown: string;
  readonly notices: readonly string[];
  readonly problems: readonly {
    level: string;
    kind: string;
    file: string;
    line: number;
    message: string;
  }[];
  readonly flows: readonly {
    flow: string;
    kind: string;
    effects: readonly string[];
    periods: readonly { period: string; kind: string }[];
    deletions: readonly { period: string; kind: string; from: { before: string; after: string } }[];
    voided: readonly { period: string; why: string }[];
    credentials: readonly { role: string; variable: string; address: string }[];
    adds: { from: string; series: string | null; points: string | null };
    series?: { added: string; dropped: string };
    unknown: readonly string[];
    replans: readonly string[];
  }[];
  readonly unchanged: readonly string[];
  readonly policy: { kind: string; settings: readonly { path: string }[] };
}

/** A repository whose default branch holds `base`, and a branch with `change` upon it. */
export class Change {
  readonly root = mkdtempSync(join(tmpdir(), "cellarman-review-"));
  readonly checkout = join(this.root, "checkout");

  constructor(base: Files, change: Files) {
    git(this.root, "init", "--quiet", "--initial-branch=change", this.checkout);
    const config =
      '[remote "origin"]\n\turl = ./nowhere\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n';
    appendFileSync(join(this.checkout, ".git/config"), config);
    this.commit(base);
    this.#fetched(this.sha);
    this.commit(change);
  }

  /** As if the remote's default branch had been fetched at a commit. */
  #fetched(commit: string): void {
    const refs = join(this.checkout, ".git/refs/remotes/origin");
    mkdirSync(refs, { recursive: true });
    writeFileSync(join(refs, "main"), `${commit}\n`);
    writeFileSync(join(refs, "HEAD"), "ref: refs/remotes/origin/main\n");
  }

  commit(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.checkout, path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file);
      else writeFileSync(file, text);
    }
    git(this.checkout, "add", "--all");
    git(this.checkout, "commit", "--quiet", "--allow-empty", "--message", "change");
  }

  /** Somebody else's commit on the default branch. */
  advance(files: Files): void {
    git(this.checkout, "checkout", "--quiet", "-B", "main", "origin/main");
    this.commit(files);
    this.#fetched(this.sha);
    git(this.checkout, "checkout", "--quiet", "change");
  }

  /** The branch's newest commit. */
  get sha(): string {
    return git(this.checkout, "rev-parse", "HEAD").trim();
  }

  async review(env: Readonly<Record<string, string>> = {}, ...argv: string[]): Promise<Reviewed> {
    let [stdout, stderr] = ["", ""];
    const flows = join(this.checkout, "flows");
    const code = await main(["review", "--json", "--flows", flows, ...argv], {
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
      env: { get: (name) => env[name] || undefined },
      clock: { now: () => NOW, sleep: () => Promise.resolve() },
    });
    return { code, stdout, stderr, document: JSON.parse(stdout || "{}") };
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
