// The port to objects beyond one PUT: multipart uploads, and reads by ranges. There is no abort on
// it: on Ceph an abort that meets a completion loses the object later (facts cellar-s3 §0).

/** One part as the store has it. */
export interface StoredPart {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  /** Hex MD5: the part's ETag on every gateway tried (facts cellar-s3 §2). */
  readonly md5: string;
}

/** Some bytes of an object. */
export interface FoundRange {
  readonly bytes: Uint8Array;
  /** Of the whole object. */
  readonly total: number;
}

/** Large objects of the bucket. Keys are relative to the flow's prefix. */
export interface LargeCold {
  /** Bytes [from, from + length) or as many as there are; undefined when there is no such key. */
  getRange(
    key: string,
    from: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<FoundRange | undefined>;
  /** Begins a multipart upload; returns its id. */
  beginUpload(key: string, signal?: AbortSignal): Promise<string>;
  /** Sends one part with Content-MD5 and signed hash; sending it again is harmless. */
  putPart(
    key: string,
    upload: string,
    number: number,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Every part that the store has of an upload; undefined when there is no such upload (any more).
   */
  listParts(
    key: string,
    upload: string,
    signal?: AbortSignal,
  ): Promise<readonly StoredPart[] | undefined>;
  /** Asks for the completion; repeating it is harmless, and the only cure for a lost answer. */
  completeUpload(
    key: string,
    upload: string,
    parts: readonly StoredPart[],
    signal?: AbortSignal,
  ): Promise<void>;
}
