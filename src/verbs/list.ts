// list: the sealed objects of the archive's view; --sql a DuckDB view over exactly them; --emptied
// the series of hot that hold no point any more.
import { indexPeriods } from "../cellar/snapshot.ts";
import type { Cold } from "../cellar/cold.ts";
import { listSql } from "../report/list-sql.ts";
import { readSealed, type SealedPeriod } from "../report/sealed.ts";
import { renderTable } from "../report/table.ts";
import { iso, plural, sizeText } from "../report/words.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { listEmptied } from "./list-emptied.ts";
import { chosenFlow, type FlowFile, openStore } from "./open.ts";
import { flagOption, type Invocation, type VerbResult } from "./verb.ts";

/**
 * Lists what is sealed: `list FLOW [PERIOD] [--sql | --emptied]`. Exit 4 when a seal cannot be
 * read.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  if (flagOption(inv.options, "emptied")) return listEmptied(inv, at);
  const cold = await openStore(inv, at);
  try {
    const periods = await readPeriods(inv, at, cold);
    const wrong = periods.flatMap((p) => p.wrong);
    for (const { seal, why } of wrong) inv.log.warn(`${seal} is wrong: ${why}`);
    const sql = flagOption(inv.options, "sql")
      ? sqlOf(inv, at, periods, await cold.nowMs())
      : undefined;
    return {
      exitCode: wrong.length > 0 ? EXIT.mismatch : EXIT.done,
      text: sql ?? describe(at.flow.name, periods),
      json: { ...toJson(at, periods), ...(sql === undefined ? {} : { sql }) },
    };
  } finally {
    await cold.close();
  }
}

async function readPeriods(inv: Invocation, at: FlowFile, cold: Cold): Promise<SealedPeriod[]> {
  const [flow = "", wanted] = inv.positionals;
  const index = await indexPeriods(cold, flow);
  const chosen = index.filter((p) => wanted === undefined || p.period === wanted);
  if (chosen.length === 0 && wanted !== undefined) {
    throw new CellarmanError("usage", `${flow} has no planned period ${wanted}`, {
      hint: `There are: ${index.map((p) => p.period).join(", ") || "none"}.`,
    });
  }
  const periods: SealedPeriod[] = [];
  for (const { period } of chosen) {
    inv.io.signal?.throwIfAborted();
    periods.push(await readSealed(cold, { flow: at.flow.name, period }));
  }
  return periods;
}

function sqlOf(
  inv: Invocation,
  { flow }: FlowFile,
  periods: readonly SealedPeriod[],
  nowMs: number,
): string {
  const command = ["cellarman list", ...inv.positionals, "--sql"].join(" ");
  const now = iso(nowMs) ?? "";
  return listSql({ flow: flow.name, archive: flow.archive, periods, command, now });
}

const objectsOf = (periods: readonly SealedPeriod[]) =>
  periods.flatMap(({ period, attempts }) =>
    attempts.flatMap((a) => a.objects.map((o) => ({ period, ...o, attempt: a }))),
  );

function describe(flow: string, periods: readonly SealedPeriod[]): string {
  const objects = objectsOf(periods);
  if (objects.length === 0) return `${flow}: nothing is sealed.\n`;
  const rows = objects.map((o) => [
    o.key,
    String(o.bytes),
    String(o.rows),
    o.sha256,
    o.attempt.rank === undefined ? "" : String(o.attempt.rank),
  ]);
  const bytes = objects.reduce((n, o) => n + BigInt(o.bytes), 0n);
  const ranked = objects.some((o) => o.attempt.rank !== undefined);
  return (
    renderTable([["object", "bytes", "rows", "sha256", "rank"], ...rows]) +
    `${plural(objects.length, "object")}, ${sizeText(bytes)}\n` +
    (ranked
      ? "Where ranks are shown, rows repeat: per series and timestamp the highest rank wins.\n"
      : "")
  );
}

const toJson = ({ flow }: FlowFile, periods: readonly SealedPeriod[]): Record<string, unknown> => ({
  flow: flow.name,
  archive: { s3: flow.archive.s3, bucket: flow.archive.bucket, prefix: flow.archive.prefix },
  periods: periods.map(({ period, attempts, wrong }) => ({
    period,
    seals: attempts.map(({ batch, seal, rank, objects }) => ({
      batch,
      seal,
      rank: rank ?? null,
      objects,
    })),
    wrong,
  })),
});
