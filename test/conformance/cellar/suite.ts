// What facts cellar-s3 §2 measured of Ceph Pacific, as tests: one suite for the stand-in and for a
// real gateway, so that the stand-in cannot drift.
import { describe } from "vitest";
import { adapterTests } from "./adapter.ts";
import { bucketTests } from "./bucket.ts";
import type { Endpoint } from "./endpoint.ts";
import { listingTests } from "./listing.ts";
import { multipartTests } from "./multipart.ts";
import { objectTests } from "./objects.ts";

/** Declares the suite's tests. `open` is called once for each block; each makes its own bucket. */
export function cellarConformance(open: () => Promise<Endpoint>): void {
  describe("S3 as Ceph Pacific speaks it", () => {
    objectTests(open);
    listingTests(open);
    multipartTests(open);
    bucketTests(open);
    adapterTests(open);
  });
}
