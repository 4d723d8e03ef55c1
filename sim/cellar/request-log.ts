// What the stand-in was asked: counters for all, the last requests in detail.
import type { Operation, SimRequest } from "./protocol.ts";

/** Requests kept in detail: a benchmark makes hundreds of thousands. */
const KEPT = 10_000;

/** One request as it was answered. */
export interface LoggedRequest {
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
  readonly rawQuery: string;
  /** Undefined for an unsigned or refused one. */
  readonly accessKeyId: string | undefined;
  /** 0: the client left before it was answered. */
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By the stand-in's clock. */
  readonly atMs: number;
}

/** The log of one stand-in. */
export class RequestLog {
  /** All requests since the start or the last `reset`. */
  total = 0;
  readonly byOperation = new Map<Operation, number>();
  #recent: LoggedRequest[] = [];

  /** The last requests, oldest first; at least the last 10,000. */
  get recent(): readonly LoggedRequest[] {
    return this.#recent;
  }

  /** How many of one operation. */
  count(operation: Operation): number {
    return this.byOperation.get(operation) ?? 0;
  }

  add(
    request: SimRequest,
    accessKeyId: string | undefined,
    status: number,
    bytesOut: number,
    atMs: number,
  ): void {
    const { operation, bucket, key, rawQuery } = request;
    this.total += 1;
    this.byOperation.set(operation, this.count(operation) + 1);
    if (this.#recent.length >= 2 * KEPT) this.#recent = this.#recent.slice(-KEPT);
    const bytesIn = request.body.length;
    this.#recent.push({
      operation,
      bucket,
      key,
      rawQuery,
      accessKeyId,
      status,
      bytesIn,
      bytesOut,
      atMs,
    });
  }

  reset(): void {
    this.total = 0;
    this.byOperation.clear();
    this.#recent = [];
  }
}
