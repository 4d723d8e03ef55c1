// Concurrency groups over all runs of a repository: one runs, one waits, and a newer one that wants
// to wait cancels the older.
// Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency

/** How waiting for a group ended. */
export type Turn = "go" | "superseded";

interface Group {
  busy: boolean;
  waiting: ((turn: Turn) => void) | undefined;
}

/** All groups of one repository. */
export class ConcurrencyGroups {
  private readonly groups = new Map<string, Group>();

  /** Resolves when it is this one's turn, or when a newer one took its place. */
  async enter(name: string): Promise<Turn> {
    const group = this.groups.get(name.toLowerCase()) ?? { busy: false, waiting: undefined };
    this.groups.set(name.toLowerCase(), group);
    if (!group.busy) {
      group.busy = true;
      return "go";
    }
    group.waiting?.("superseded");
    return new Promise((resolve) => (group.waiting = resolve));
  }

  leave(name: string): void {
    const group = this.groups.get(name.toLowerCase());
    if (!group) return;
    const next = group.waiting;
    group.waiting = undefined;
    group.busy = next !== undefined;
    next?.("go");
  }
}
