// The default branch of a history: the flow's file in all its versions, and the policy.
import type { Flow } from "../../src/flow/flow.ts";
import type { Chance } from "./chance.ts";
import { type Version, versionOf, type Written } from "./flow-text.ts";

/** A version of the file, and the effect since which the branch has it. */
interface Commit {
  readonly version: Version;
  readonly since: number;
}

/** Reviewed changes of the flow; the plan was made from one of them. */
export class Branch {
  private readonly commits: Commit[];

  constructor(first: Version) {
    this.commits = [{ version: first, since: 0 }];
  }

  get now(): Version {
    const last = this.commits.at(-1);
    if (!last) throw new Error("a branch without a commit");
    return last.version;
  }

  /** The flow as it was after some effect. */
  flowAt(effect: number): Flow {
    const then = this.commits.findLast(({ since }) => since <= effect);
    return (then ?? this.commits[0])?.version.flow ?? this.now.flow;
  }

  /** A checkout: of now, or (a run that is run again) of an older commit. */
  checkout(chance: Chance, name: string): Version {
    if (this.commits.length < 2 || chance.fraction(`${name} old`) >= 0.2) return this.now;
    const old = this.commits[chance.below(`${name} commit`, this.commits.length)];
    return old?.version ?? this.now;
  }

  /** Takes every change back. */
  restore(effect: number): void {
    const [first] = this.commits;
    if (first) this.commits.splice(0, this.commits.length, { ...first, since: effect });
  }

  /** Merges a change; says which. `undoes`: back to what the flow was at first. */
  change(chance: Chance, name: string, effect: number): string {
    const first = this.commits[0]?.version.written ?? this.now.written;
    const { written } = this.now;
    const isBack = written !== first && chance.fraction(`${name} back`) < 0.6;
    const changed = isBack ? first : otherThan(written, chance, name);
    this.commits.push({ version: versionOf(changed), since: effect });
    const { select, mode, graceDays } = changed;
    return `the flow now selects ${select}, ${mode}, grace ${graceDays} days`;
  }
}

function otherThan(written: Written, chance: Chance, name: string): Written {
  const changes: readonly [Partial<Written>, ...Partial<Written>[]] = [
    { select: written.select === ".*" ? "cpu" : ".*" },
    { select: written.select === ".*" ? "disk|cpu" : ".*" },
    { graceDays: written.graceDays === 1 ? 3 : 1 },
    { graceDays: written.graceDays + 2 },
    { mode: written.mode === "automatic" ? "approve" : "automatic" },
    { mode: "never" },
    { maxSeries: written.maxSeries === 1 ? 100 : 1 },
  ];
  return { ...written, ...chance.oneOf(`${name} kind`, changes) };
}
