// What a rule is: small, named, and judging only what it says that it reads.
import type { Flow } from "./flow.ts";
import type { Path } from "./problems.ts";
import type { FilledFlow } from "./schema.ts";

/** What a rule says: where, why (a phrase after the path), and what was expected. */
export interface Breach {
  readonly path: Path;
  readonly reason: string;
  readonly expected: string;
}

export interface Rule {
  readonly name: string;
  /** One sentence for the reference page. */
  readonly says: string;
  /** Paths in the written file that the rule judges. */
  readonly reads: readonly Path[];
  check(flow: Flow, written: FilledFlow): readonly Breach[];
}
