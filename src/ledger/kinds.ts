// Every kind of record by what its `schema` says, so that nothing is written that could not be read
// again.
import type { z } from "zod";
import {
  approvedRecord,
  closedRecord,
  endedRecord,
  failedRecord,
  fenceProbeRecord,
  findingRecord,
  holdRecord,
  intentRecord,
  liftRecord,
  proposedRecord,
  purgedRecord,
  purgeListRecord,
  reconciledRecord,
  recountRecord,
  withdrawnRecord,
} from "./receipts.ts";
import { generationEndedRecord, generationRecord, uploadRecord } from "./generations.ts";
import {
  legsRecord,
  manifestRecord,
  markerRecord,
  planRecord,
  retiredRecord,
  rulingRecord,
  sealRecord,
  supplementRecord,
  verifiedRecord,
} from "./records.ts";

const KINDS = [
  planRecord,
  supplementRecord,
  rulingRecord,
  retiredRecord,
  manifestRecord,
  markerRecord,
  sealRecord,
  verifiedRecord,
  failedRecord,
  approvedRecord,
  proposedRecord,
  intentRecord,
  purgedRecord,
  endedRecord,
  reconciledRecord,
  closedRecord,
  findingRecord,
  withdrawnRecord,
  holdRecord,
  liftRecord,
  purgeListRecord,
  fenceProbeRecord,
  recountRecord,
  generationRecord,
  generationEndedRecord,
  uploadRecord,
  legsRecord,
] as const;

/** What any record is. */
export type LedgerRecord = z.infer<(typeof KINDS)[number]>;

const BY_SCHEMA: ReadonlyMap<string, z.ZodType> = new Map(
  KINDS.map((kind) => [kind.shape.schema.value, kind]),
);

/**
 * Throws a ZodError, or a TypeError for an unknown kind, where a value is no record of the kind
 * that it says.
 */
export function checkRecord(value: LedgerRecord): void {
  const kind = BY_SCHEMA.get(value.schema);
  if (!kind) throw new TypeError(`there is no record of the kind ${value.schema}`);
  kind.parse(value);
}
