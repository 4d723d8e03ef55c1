// Which generation of a batch is under way: found in the ledger before one is begun, so that two
// never run at once, wherever their runners are.
import type { Cold } from "../../cellar/cold.ts";
import {
  ifReadable,
  readNumbered,
  readRecord,
  type Stored,
  writeNumbered,
  writeRecord,
} from "../../cellar/records.ts";
import { withdrawnSeals } from "../../cellar/withdrawn.ts";
import {
  type Generation,
  type GenerationEnded,
  generationEndedRecord,
  generationRecord,
} from "../../ledger/generations.ts";
import {
  type BatchRef,
  generationEndedKey,
  generationKey,
  periodPrefix,
} from "../../ledger/keys.ts";
import { sealRecord } from "../../ledger/records.ts";
import { CellarmanError } from "../../runtime/errors.ts";

/** A generation that no record ends. */
export interface OpenGeneration {
  readonly n: number;
  readonly record: Stored<Generation>;
  /** Another call began it: it may run, have ended, or never have been made. */
  readonly isResumed: boolean;
}

/** The oldest generation of a batch that no record ends; the next one begins when it has ended. */
export async function findOpen(cold: Cold, at: BatchRef): Promise<OpenGeneration | undefined> {
  const all = await readNumbered(cold, (n) => generationKey(at, n), generationRecord);
  for (const [i, record] of all.entries()) {
    const ended = await readRecord(cold, generationEndedKey(at, i + 1), generationEndedRecord);
    if (!ended) return { n: i + 1, record, isResumed: true };
  }
  return undefined;
}

/** Whether a seal rests on a generation: a crash may have kept its end from being recorded. */
async function isSealed(cold: Cold, at: BatchRef, generation: string): Promise<boolean> {
  const withdrawn = await withdrawnSeals(cold, at, at.batch);
  for await (const { key } of cold.list(`${periodPrefix("seals", at)}${at.batch}/`)) {
    const reading = readRecord(cold, key, sealRecord);
    const seal = await (withdrawn.has(key) ? ifReadable(reading) : reading);
    if (seal?.value.generation === generation) return true;
  }
  return false;
}

/** Throws "blocked" when another process gave a generation up: its file is not sealed any more. */
export async function assertOpen(cold: Cold, at: BatchRef, n: number): Promise<void> {
  const ended = await readRecord(cold, generationEndedKey(at, n), generationEndedRecord);
  if (!ended || ended.value.outcome === "sealed") return;
  const { why } = ended.value;
  throw new CellarmanError("blocked", `the generation was given up meanwhile: ${why}`);
}

/**
 * The open generation, or a new one by `make`. Of two that are recorded at the same time the one
 * with the lower number runs; the other is ended before anything was called.
 */
export async function openGeneration(
  cold: Cold,
  at: BatchRef,
  process: string,
  make: () => Promise<Generation>,
): Promise<OpenGeneration> {
  const open = await findOpen(cold, at);
  if (open) {
    const { generation } = open.record.value;
    if (!(await isSealed(cold, at, generation))) return open;
    const end = { generation, outcome: "sealed" as const, why: "found sealed", files: [] };
    await endGeneration(cold, at, process, open.n, end);
    return openGeneration(cold, at, process, make);
  }
  const value = await make();
  const { n } = await writeNumbered(cold, (k) => generationKey(at, k), value);
  const first = await findOpen(cold, at);
  if (!first || first.n === n) {
    const record = await readRecord(cold, generationKey(at, n), generationRecord);
    if (record) return { n, record, isResumed: false };
  }
  const why = "another generation was recorded first";
  const { generation } = value;
  await endGeneration(cold, at, process, n, { generation, outcome: "yielded", why, files: [] });
  return openGeneration(cold, at, process, make);
}

/** Records what became of a generation; said twice is said once. */
export async function endGeneration(
  cold: Cold,
  at: BatchRef,
  process: string,
  n: number,
  end: Pick<GenerationEnded, "generation" | "outcome" | "why" | "files">,
): Promise<void> {
  const key = generationEndedKey(at, n);
  const value = { schema: "cellarman/generation-ended/1" as const, ...at, process, ...end };
  try {
    if (!(await readRecord(cold, key, generationEndedRecord))) await writeRecord(cold, key, value);
  } catch (thrown) {
    // Another process ended it meanwhile, in its own words.
    if (!(await readRecord(cold, key, generationEndedRecord))) throw thrown;
  }
}
