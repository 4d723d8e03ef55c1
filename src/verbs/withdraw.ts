// withdraw: take a seal whose object is wrong or gone out of the view, as long as no purge intent
// rests on it.
import pLimit from "p-limit";
import type { Cold } from "../cellar/cold.ts";
import { readNumbered, sha256Hex, writeRecord } from "../cellar/records.ts";
import { readRuling } from "../cellar/snapshot.ts";
import {
  batchRecordKey,
  type BatchRef,
  idOfKey,
  intentKey,
  markerKey,
  parseBatchRecordKey,
  periodPrefix,
} from "../ledger/keys.ts";
import { markerRecord } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { reasonOf } from "./hold.ts";
import { chosenFlow, openStore } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/**
 * Withdraws a seal: `withdraw FLOW SEAL-KEY --reason "..."`; the next run makes a further attempt.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const file = await chosenFlow(inv);
  const key = inv.positionals[1] ?? "";
  const at = parseBatchRecordKey(key);
  if (at?.role !== "seals" || at.flow !== file.flow.name) {
    throw new CellarmanError("usage", "withdraw needs a flow and the key of one of its seals", {
      hint: "cellarman status FLOW PERIOD --why prints it: seals/FLOW/PERIOD/BATCH/ID.json",
    });
  }
  const reason = reasonOf(inv);
  const cold = await openStore(inv, file);
  try {
    await withdrawSeal(cold, at, key, { process: inv.process, reason });
    const text = `Withdrawn: ${key}; cellarman archive ${at.flow} makes a further attempt.\n`;
    return { exitCode: EXIT.done, text, json: { withdrawn: key } };
  } finally {
    await cold.close();
  }
}

/**
 * Takes one seal out of the view by a record. Throws "blocked" when a purge rests on it, "usage"
 * when there is none.
 */
export async function withdrawSeal(
  cold: Cold,
  { flow, period, batch }: BatchRef,
  key: string,
  said: { readonly process: string; readonly reason: string },
): Promise<void> {
  const at = { flow, period, batch };
  if (await isRestedOn(cold, at, key)) {
    throw new CellarmanError("blocked", `a purge rests on ${key}: it is never withdrawn`, {
      hint: "What hot still has is archived again; what is unreadable is lost: see status.",
    });
  }
  const record = batchRecordKey("withdrawn", at, idOfKey(key));
  // Said twice is said once: no object is ever written over.
  if (await cold.get(record)) return;
  const seal = { key, sha256: await hashOfSeal(cold, at, key) };
  await writeRecord(cold, record, { schema: "cellarman/withdrawn/1", ...at, ...said, seal }, true);
}

/**
 * SHA-256 of the seal as it lies there, garbled or not; of no bytes where it is gone and a marker
 * names it.
 */
async function hashOfSeal(cold: Cold, at: BatchRef, key: string): Promise<string> {
  const found = await cold.get(key);
  if (found) return sha256Hex(found.bytes);
  const markers = await readNumbered(cold, (n) => markerKey(at, n), markerRecord);
  if (markers.some((m) => m.value.seal === key)) return sha256Hex("");
  throw new CellarmanError("usage", `there is no seal ${key}`);
}

/** Intents read at once. */
const AT_ONCE = 16;

/**
 * Whether a purge of whatever batch of the period rests on a seal: views reach over supplements and
 * retired plans. Intents are found by key, for each batch that there can be.
 */
async function isRestedOn(cold: Cold, at: BatchRef, seal: string): Promise<boolean> {
  const ruling = await readRuling(cold, at);
  const batches = new Set([at.batch, ...(ruling?.batches ?? []).map((b) => b.id)]);
  for await (const { key } of cold.list(periodPrefix("intents", at))) {
    batches.add(key.split("/")[3] ?? at.batch);
  }
  const intents = await pLimit(AT_ONCE).map(batches, (batch) =>
    readNumbered(cold, (n) => intentKey({ ...at, batch }, n), intentRecord),
  );
  return intents.flat().some((i) => i.value.view.some((q) => q.key === seal));
}
