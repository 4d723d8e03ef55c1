// What the stand-in knows: accounts, tokens and one repository. Resources add their own maps.
import type { Permission } from "../../src/forge/github/operations.ts";
import { Git } from "./git.ts";
import type { Comment, Issue, Label } from "./issues.ts";
import type { Pull } from "./pulls.ts";
import type { BranchRule, Environment } from "./rules.ts";
import type { Dispatch, Rerun, Run } from "./runs.ts";

/** An account. */
export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: "User" | "Bot" | "Organization";
}

/** Who a token speaks for, and what it may do; `all`: everything. */
export interface Token {
  readonly login: string;
  readonly permissions: readonly Permission[] | "all";
}

/** The account that a workflow's own token speaks for. */
export const ACTIONS_BOT = "github-actions[bot]";

/** Everything of one repository. */
export class World {
  readonly owner: string;
  readonly repo: string;
  readonly url: () => string;
  readonly now: () => number;
  /** Switch off, and every issue's call answers 410. */
  hasIssues = true;
  isPrivate = false;
  /** Off: the repository's plan has no branch rules. */
  hasRules = true;
  /** Off: the organisation forbids pull requests of GITHUB_TOKEN. */
  allowsPulls = true;
  /** On: trees are cut short, as very large ones are. */
  truncatesTrees = false;
  defaultBranch = "main";
  readonly users = new Map<string, User>();
  /** Accounts that may read a public repository, and nothing else. */
  readonly strangers = new Set<string>();
  readonly tokens = new Map<string, Token>();
  readonly issues = new Map<number, Issue>();
  readonly comments = new Map<number, Comment>();
  readonly labels = new Map<string, Label>();
  readonly git: Git;
  readonly pulls = new Map<number, Pull>();
  /** Pull-request rules by branch. */
  readonly rules = new Map<string, BranchRule>();
  readonly environments = new Map<string, Environment>();
  readonly runs = new Map<number, Run>();
  /** State by file name: `active`, `disabled_inactivity`, … */
  readonly workflows = new Map<string, string>([
    ["offload.yml", "active"],
    ["review.yml", "active"],
  ]);
  readonly dispatches: Dispatch[] = [];
  readonly reruns: Rerun[] = [];
  private lastId = 0;
  private lastNumber = 0;

  constructor(repository: string, url: () => string, now: () => number) {
    [this.owner = "", this.repo = ""] = repository.split("/");
    this.url = url;
    this.now = now;
    this.git = new Git(this);
    this.addUser(this.owner, "Organization");
    this.addUser(ACTIONS_BOT, "Bot");
    this.addUser("web-flow");
    this.git.push(this.defaultBranch, { files: {}, message: "begin" });
  }

  /** Whether a branch takes no push but through a pull request. */
  guards(branch: string): boolean {
    return (this.rules.get(branch)?.reviews ?? 0) > 0;
  }

  /** Adds an environment; well guarded where nothing else is said. */
  addEnvironment(name: string, said: Partial<Environment> = {}): Environment {
    const environment: Environment = {
      id: this.id(),
      name,
      reviewers: [],
      preventSelfReview: true,
      adminsBypass: false,
      branches: [this.defaultBranch],
      ...said,
    };
    this.environments.set(name, environment);
    return environment;
  }

  /** A fresh id; the same calls give the same ids. */
  id(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** The next number of an issue or a pull request: they share one row. */
  number(): number {
    this.lastNumber += 1;
    return this.lastNumber;
  }

  /** GitHub's times have whole seconds. */
  time(): string {
    return new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z");
  }

  addUser(login: string, type: User["type"] = "User"): User {
    const user = { login, id: this.id(), type };
    this.users.set(login, user);
    return user;
  }

  user(login: string): User {
    return this.users.get(login) ?? this.addUser(login);
  }
}
