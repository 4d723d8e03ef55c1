// One exchange with the store: what is asked, what comes back.

/** A request to the bucket, or to one of its objects. */
export interface StoreRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST";
  /** Whole key, prefix included; "" addresses the bucket. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Sends no signature at all. */
  readonly anonymous?: boolean;
  /** Signs this instead of the body's SHA-256: to probe what the store checks. */
  readonly payloadSha256?: string;
}

/** A whole answer, of whatever status. */
export interface StoreAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
