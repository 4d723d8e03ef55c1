// doctor --hfiles: what the newest sealed HFile told of its server.
import type { Cold } from "../cellar/cold.ts";
import { readQuoted, readRecord } from "../cellar/records.ts";
import type { Flow } from "../flow/flow.ts";
import { manifestRecord, sealRecord } from "../ledger/records.ts";
import { examine, type Finding, ok, weak } from "./doctor-finding.ts";
import type { Invocation } from "./verb.ts";

/** What the newest sealed attempt told: field names, the file's place, how its result came. */
export async function examineHistory(
  inv: Invocation,
  flow: Flow,
  cold: Cold | undefined,
): Promise<readonly Finding[]> {
  const check = "infos of a dump";
  if (!cold) return [];
  return examine(check, inv.io.signal, async () => {
    let newest: { key: string; lastModifiedMs: number } | undefined;
    for await (const one of cold.list(`seals/${flow.name}/`)) {
      if (!newest || one.lastModifiedMs > newest.lastModifiedMs) newest = one;
    }
    const seal = newest && (await readRecord(cold, newest.key, sealRecord));
    const manifest = seal && (await readQuoted(cold, seal.value.manifest, manifestRecord)).value;
    const told = manifest?.hfile;
    if (!manifest || !told) {
      const advice = `cellarman archive ${flow.name} makes one; then ask again.`;
      return [weak(check, "no dump was sealed yet: field names and file place unseen", advice)];
    }
    const files = ok("files of a dump", manifest.objects.map((o) => o.name).join(", ") || "none");
    const counted = told.fetched === null ? "not counted" : `counted ${told.fetched}`;
    return [
      files,
      ok("X-Warp10-Fetched of a dump", counted),
      told.infosField === null
        ? weak(check, "no field says how many points", "HFINFO of a file shows what there is.")
        : ok(check, `${told.infosField} is the number of points`),
    ];
  });
}
