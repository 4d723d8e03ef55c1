// The port to where flows are kept: what the default branch says *now* (design §3, "The gate"),
// and, where the forge knows reviews, who said yes to it.

/** A repository that has a remote. Paths are from its top. */
export interface Forge {
  /** Name of the default branch, for messages. */
  readonly branch: string;
  /**
   * A local file's path from the repository's top; the file itself need not be there, its folder
   * must.
   */
  pathInside(file: string): Promise<string>;
  /**
   * A file's text on the default branch as it is now; undefined: the branch has no such file.
   * Throws when unsure.
   */
  fileNow(path: string): Promise<string | undefined>;
  /** A file's text on the default branch as last fetched; for what needs no network. */
  fileAsFetched(path: string): Promise<string | undefined>;
  /** Undefined: plain git knows of no reviews. */
  readonly reviews?: Reviews;
}

/** What a forge knows of reviews and of what guards its branches. Everything throws when unsure. */
export interface Reviews {
  /** How a file became what it is on the default branch now; undefined: there is none. */
  historyOf(path: string): Promise<FileHistory | undefined>;
  /** Approvals that the default branch's rules demand before a merge; undefined: not to be told. */
  reviewsDemanded(): Promise<number | undefined>;
  /** An environment's protection; undefined: there is none of this name, or none at all. */
  environment(name: string): Promise<EnvironmentRules | undefined>;
  /** Who said yes to a run, and for which environments. */
  runApprovals(run: number): Promise<readonly RunApproval[]>;
}

/** An account; null where the forge no longer knows whose it was. */
export interface Account {
  readonly login: string;
  readonly isHuman: boolean;
}

/** How a file became what it is. */
export interface FileHistory {
  /** Names the file's bytes now. */
  readonly blob: string;
  readonly text: string;
  /** Merged pull requests that brought the newest commit which changed it. */
  readonly pulls: readonly MergedPull[];
}

/** A merged pull request. Times by the forge's clock, ms. */
export interface MergedPull {
  readonly number: number;
  readonly url: string;
  /** The branch that it was merged into. */
  readonly base: string;
  readonly isFromFork: boolean;
  readonly mergedMs: number;
  readonly author: Account | null;
  /** Its last commit. */
  readonly head: string;
  /** Everybody who pushed to its branch; null: who pushed the last commit cannot be told. */
  readonly pushers: readonly string[] | null;
  /** Whether all of its commits are listed here. */
  readonly isWhole: boolean;
  readonly commits: readonly PullCommit[];
  readonly files: readonly { readonly path: string; readonly blob: string | null }[];
  readonly reviews: readonly PullReview[];
}

/** A commit of a pull request; its accounts are found by addresses that its maker wrote. */
export interface PullCommit {
  readonly sha: string;
  readonly author: string | null;
  readonly committer: string | null;
  /** Whether it has a signature that the forge verified. */
  readonly isVerified: boolean;
}

export interface PullReview {
  readonly by: Account | null;
  readonly state: "approved" | "changes-requested" | "dismissed" | "other";
  /** The commit that was looked at. */
  readonly commit: string | null;
  readonly atMs: number;
}

/** What guards an environment. */
export interface EnvironmentRules {
  /** Whether a job waits for a person's yes. */
  readonly demandsReview: boolean;
  /** Who started a run may not say yes to it. */
  readonly preventsSelfReview: boolean;
  /** null: the forge does not say. */
  readonly adminsBypass: boolean | null;
  /** Names of the branches that may use it; null: any, or not listed one by one. */
  readonly branches: readonly string[] | null;
}

export interface RunApproval {
  readonly by: Account | null;
  readonly approved: boolean;
  readonly environments: readonly string[];
}
