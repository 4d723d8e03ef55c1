// What a runner's gate did, as seen from outside: from its calls, not from what it says.
import type { PointsSeen } from "./model-series.ts";

/** One evaluation of the gate by one runner. */
export interface GateSeen {
  /** Number of the world's last effect when it last looked for holds. */
  readonly effect: number;
  /** The store's time when it began, ms. */
  readonly storeMs: number;
  /** Calls that failed since and were not made again with success. */
  readonly failed: Set<string>;
}

/** Watches one runner. */
export class Watch {
  gate: GateSeen | undefined;
  /** What the gate's full reads of each selector and range saw. */
  readonly fetched = new Map<string, PointsSeen>();
  /** The last read left something out without saying so. */
  isThin = false;

  /** Number of the world's last effect when each hold's key was last asked for. */
  readonly holdsAsked = new Map<string, number>();
  private dryRuns = 0;
  /** Number of the world's last effect when the policy was last asked for. */
  policyAsked = 0;

  /** The same, for the flow's file. */
  flowAsked = 0;
  /** Number of the world's last effect when hot was last read whole for the first time. */
  readAt = 0;

  /** A read has ended: what it saw. A gate may read twice; the first time counts. */
  reads(call: string, seen: PointsSeen, effect: number): void {
    const before = this.fetched.get(call);
    if (!before) this.readAt = effect;
    this.fetched.set(call, new Map([...(before ?? []), ...seen]));
  }

  asksPolicy(effect: number): void {
    this.policyAsked = effect;
  }

  /** The first call that a gate makes: the hold on everything. */
  begins(call: string, effect: number, storeMs: number): void {
    if (call.startsWith("get holds/")) this.holdsAsked.set(call.slice("get ".length), effect);
    // Looked at before each batch: what another batch's gate left behind is no concern of this one.
    if (call.startsWith("get recounts/")) this.dryRuns = 0;
    if (call !== "get holds/all/1") return;
    if (this.isPastLastDryRun && this.gate) {
      // Holds are looked for once more, right before the delete.
      this.gate = { ...this.gate, effect };
      return;
    }
    this.gate = { effect, storeMs, failed: new Set() };
    this.dryRuns = 0;
    this.fetched.clear();
  }

  /** The second dry run of a gate is its last. */
  dryRun(): void {
    this.dryRuns++;
  }

  get isPastLastDryRun(): boolean {
    return this.dryRuns >= 2;
  }

  /** Between a gate's first dry run and its delete. */
  get isNearDelete(): boolean {
    return this.dryRuns > 0;
  }

  /** The delete was sent: what comes now is no concern of it. */
  sent(): void {
    this.dryRuns = 0;
  }

  failed(call: string): void {
    this.gate?.failed.add(call);
  }

  succeeded(call: string): void {
    this.gate?.failed.delete(call);
  }
}
