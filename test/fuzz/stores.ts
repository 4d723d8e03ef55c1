// What a bucket says: records of the ledger, pages of a listing, error documents, data objects.
import fc from "fast-check";
import { readParquetPoints } from "../../src/archive/parquet/read.ts";
import { errorCodeOf } from "../../src/cellar/failure.ts";
import { readPage } from "../../src/cellar/listing.ts";
import { readRecord } from "../../src/cellar/records.ts";
import { canonicalJson } from "../../src/ledger/canonical.ts";
import { checkRecord, type LedgerRecord } from "../../src/ledger/kinds.ts";
import {
  manifestRecord,
  planRecord,
  sealRecord,
  verifiedRecord,
} from "../../src/ledger/records.ts";
import { holdRecord, intentRecord, liftRecord, purgedRecord } from "../../src/ledger/receipts.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { objectOf, someSeries, streamOf, totalsOf } from "../archive/parquet/arbitrary.ts";
import { planOf } from "../ledger/plans.ts";
import { intentOf, sealOf } from "../ledger/seals.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId } from "../support/values.ts";
import { expectSame, type Target } from "./target.ts";

const IN_BATCH = { flow: "f", period: "2025-11", process: hexId(1), batch: "aaaaaaaa-00000" };
const OBJECT = { name: "points-00000.parquet", bytes: 5, sha256: hexHash(3), rows: 2 };

const RECORDS: readonly [LedgerRecord, ...LedgerRecord[]] = [
  planOf("aaaaaaaa", 2),
  sealOf("s").value,
  intentOf(1, [sealOf("s")]).value,
  {
    schema: "cellarman/manifest/1",
    ...IN_BATCH,
    plan: hexHash(1),
    attempt: hexId(2),
    format: "cellarman/points/1",
    unit: "us",
    range: { start: "0", end: "99" },
    selector: "~(.%2A){}",
    objects: [OBJECT],
    seriesList: { ...OBJECT, name: "series.parquet" },
    series: "1",
    seriesWithPoints: "1",
    points: "2",
    first: "1",
    last: null,
    digest: hexHash(4),
  },
  {
    schema: "cellarman/verified/1",
    ...IN_BATCH,
    seal: { key: "seals/x", sha256: hexHash(5) },
    points: "2",
    series: "1",
    digest: hexHash(4),
  },
  {
    schema: "cellarman/purged/1",
    ...IN_BATCH,
    intents: 1,
    points: "2",
    series: "1",
    registeredMeanwhile: ["a"],
  },
  {
    schema: "cellarman/hold/1",
    process: hexId(1),
    by: "tool",
    reason: "r",
    finding: hexHash(6),
  },
  { schema: "cellarman/lift/1", process: hexId(1), hold: hexHash(7), finding: null, reason: "r" },
];

const KINDS = [
  planRecord,
  sealRecord,
  intentRecord,
  manifestRecord,
  verifiedRecord,
  purgedRecord,
  holdRecord,
  liftRecord,
] as const;

/** The reader of records: what it accepts is written as the same again. */
export const record: Target = {
  words: [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "null",
    "true",
    "0",
    "-1",
    "1e5",
    "1.5",
    '"__proto__":{},',
    '"x":1,',
    '"schema":"cellarman/seal/1",',
    "\\u0000",
    "\u00e9",
    "\ud800",
    '"9223372036854775808"',
    '"-0"',
    '"01"',
    '""',
    hexHash(1),
    hexId(1),
  ],
  good: (draws) => Buffer.from(canonicalJson(draws.oneOf(RECORDS))),
  async judge(bytes) {
    const cold = memoryCold();
    cold.objects.set("k", { bytes, lastModifiedMs: 0 });
    let accepted = 0;
    for (const kind of KINDS) {
      try {
        const read = await readRecord<LedgerRecord>(cold, "k", kind);
        if (!read) continue;
        accepted++;
        checkRecord(read.value);
        const text = canonicalJson(read.value);
        cold.objects.set("again", { bytes: Buffer.from(text), lastModifiedMs: 0 });
        const again = await readRecord<LedgerRecord>(cold, "again", kind);
        expectSame("written and read again", text, canonicalJson(again?.value));
      } catch (error) {
        if (!(error instanceof CellarmanError)) throw error;
      }
    }
    return accepted > 0 ? "accepted" : "refused";
  },
};

const entry = (key: string, size: number): string =>
  `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>2026-01-02T03:04:05.678Z` +
  `</LastModified><ETag>&quot;x&quot;</ETag><Size>${size}</Size></Contents>`;

const pageOf = (entries: readonly string[], next: string | undefined): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/` +
  `2006-03-01/"><Name>b</Name><Prefix>p</Prefix><MaxKeys>1000</MaxKeys><EncodingType>url` +
  `</EncodingType><IsTruncated>${next !== undefined}</IsTruncated>` +
  `${next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`}` +
  `${entries.join("")}<KeyCount>${entries.length}</KeyCount></ListBucketResult>`;

const ERROR =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>' +
  "<RequestId>1</RequestId></Error>";

/** Pages of a listing, and errors: neither is ever taken for the other. */
export const xml: Target = {
  words: [
    "<",
    ">",
    "</",
    "/>",
    "<Contents>",
    "</Contents>",
    "<Key>",
    "</Key>",
    "&amp;",

    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&a;",
    "&#0;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x?>",
    "<IsTruncated>true</IsTruncated>",
    "<KeyCount>0</KeyCount>",
    "<Error>",
    "true",
    "false",
    "<ListBucketResult>",
    "</ListBucketResult>",
    "%",
    "%2F",
    "%FF",
    "+",
    "\u0000",
    "__proto__",
  ],
  good: (draws) => {
    if (draws.below(6) === 0) return Buffer.from(ERROR);
    const entries = Array.from({ length: draws.below(4) }, (_, i) =>
      entry(`p/k ${i}+é&/${draws.below(99)}`, draws.below(1e6)),
    );
    return Buffer.from(pageOf(entries, draws.below(2) === 0 ? undefined : "token"));
  },
  async judge(bytes) {
    errorCodeOf({ status: 503, headers: {}, body: bytes });
    try {
      const { objects, next } = readPage(bytes, "fuzz");
      const entries = objects.map(({ key, bytes: size }) => entry(key, size));
      const again = readPage(Buffer.from(pageOf(entries, next && "n")), "fuzz");
      const names = (page: typeof again): string =>
        JSON.stringify(page.objects.map(({ key, bytes: size }) => [key, size]));
      expectSame("printed and read again", names({ objects, next }), names(again));
      return "accepted";
    } catch (error) {
      if (error instanceof CellarmanError) return "refused";
      throw error;
    }
  },
};

/** Data objects: damaged, they do not read, or read as what they were. */
export const parquet: Target = {
  words: ["PAR1", "\u0000", "\u0015", "\u0080\u0080\u0080\u0080\u0010", "schema", "timestamp"],
  good: async (draws) => {
    const [series = []] = fc.sample(someSeries, { numRuns: 1, seed: draws.below(2 ** 31 - 1) });
    return Buffer.from(await objectOf(streamOf(series)));
  },
  async judge(bytes) {
    try {
      await totalsOf(readParquetPoints(bytes));
      return "accepted";
    } catch (error) {
      if (error instanceof CellarmanError) return "refused";
      throw error;
    }
  },
};
