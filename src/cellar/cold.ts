// The port to the archive's bucket. Create-only: there is no delete and no overwrite on it.

/** One listed object. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  /** By the store's clock, ms since the epoch. */
  readonly lastModifiedMs: number;
}

/** One object's bytes, read in full. */
export interface Found {
  readonly bytes: Uint8Array;
  /** By the store's clock, ms since the epoch. */
  readonly lastModifiedMs: number;
}

/** How a put is made. */
export interface PutOptions {
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/**
 * The bucket. Keys are relative to the flow's prefix. Every method throws a CellarmanError on
 * anything but a clear answer; only a definite 404 NoSuchKey is absence (facts cellar-s3 §0;
 * reliability findings 9 and 11).
 */
export interface Cold {
  /**
   * One plain PutObject of at most 64 MiB with Content-MD5, signed payload hash and `If-None-Match:
   * *`. Throws code "blocked" when the store says that the key exists already (412).
   */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>;
  /** Full GET; undefined when the store says that there is no such key. */
  get(key: string, signal?: AbortSignal): Promise<Found | undefined>;
  /** All objects under a prefix, every page, in key order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<Listed>;
  /** The store's clock, ms since the epoch (HTTP `Date`). */
  nowMs(signal?: AbortSignal): Promise<number>;
}
