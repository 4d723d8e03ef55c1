// The port to the hot store: reading only. Deleting is on no port; it lives in purge/delete.ts.
import type { Range, TimeUnit } from "./range.ts";
import type { ListedSeries } from "./series.ts";

/** What any answer of the server tells besides its body. */
export interface ServerFacts {
  readonly timeUnit: TimeUnit;
  /** The server's clock, ms since the epoch, from the HTTP `Date` header. */
  readonly dateMs: number;
}

/** Limits of one read. */
export interface ReadLimits {
  readonly signal?: AbortSignal;
  /** Longest silence, ms; undefined: no stall limit (reads over tombstones, facts warp10 §1.4). */
  readonly stallMs?: number;
  /** Longest duration of the whole call, ms. */
  readonly deadlineMs?: number;
}

/** What a count over the script path says. */
export interface Counted {
  readonly series: bigint;
  readonly points: bigint;
}

/** A token's facts, as TOKENINFO tells them. */
export interface TokenFacts {
  readonly type: "READ" | "WRITE";
  readonly expiryMs: number | undefined;
  readonly applications: readonly string[];
  readonly owners: readonly string[];
  readonly producers: readonly string[];
  /** Undefined where the server does not tell attributes (capability `tokeninfo.attr`). */
  readonly attributes: Readonly<Record<string, string>> | undefined;
}

/**
 * Reading a Warp 10. Every method throws a CellarmanError: an error is never an empty answer, and
 * an answer that was cut, close-delimited or that holds an in-band `# ERROR:` is an error (facts
 * warp10 §1.2; reliability §2.2).
 */
export interface Hot {
  /** Unit and clock; throws when the server does not say its unit. */
  facts(limits?: ReadLimits): Promise<ServerFacts>;
  /** Server version (`REV`), e.g. `3.5.0`. */
  version(limits?: ReadLimits): Promise<string>;
  /** Streams the listing of one encoded selector, attributes included. */
  find(selector: string, limits?: ReadLimits): AsyncIterable<ListedSeries>;
  /**
   * Streams `/fetch` as GTS text (format=text, showerrors), raw body bytes in order; ends only when
   * proven whole.
   */
  fetch(selector: string, range: Range, limits?: ReadLimits): AsyncIterable<Uint8Array>;
  /** Counts series with points, and points, over another path: `/exec` (facts warp10 §2.6). */
  count(selector: string, range: Range, limits?: ReadLimits): Promise<Counted>;
  /** TOKENINFO of the token that this port reads with. */
  tokenFacts(limits?: ReadLimits): Promise<TokenFacts>;
}
