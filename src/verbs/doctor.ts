// doctor: tokens, time unit, clocks, server and store; what is weakened, and what to do. Changes
// nothing but a few bytes under probes/ in the bucket.
import { EXIT } from "../runtime/errors.ts";
import { assertDestinations } from "./destinations.ts";
import { examine, type Finding, type Level } from "./doctor-finding.ts";
import { examineHfiles, proofFinding } from "./doctor-hfiles.ts";
import { examineForge } from "./doctor-forge.ts";
import { examineHot } from "./doctor-hot.ts";
import { examineStore } from "./doctor-store.ts";
import { chosenFlows, type FlowFile } from "./open.ts";
import { flagOption, type Invocation, type VerbResult } from "./verb.ts";

/** What was found of one flow. */
interface Examined {
  readonly flow: string;
  readonly findings: readonly Finding[];
}

/**
 * Examines the chosen flows. Exit 12 when a token or key is refused, 10 when the bucket is missing,
 * 1 on any bad.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const examined: Examined[] = [];
  for (const at of await chosenFlows(inv)) {
    inv.io.signal?.throwIfAborted();
    examined.push({ flow: at.flow.name, findings: await examineFlow(inv, at) });
  }
  return {
    exitCode: exitCodeFor(examined.flatMap((e) => e.findings)),
    text: examined.map(describe).join("\n") || "No flows.\n",
    json: { flows: examined.map(toJson) },
  };
}

async function examineFlow(inv: Invocation, at: FlowFile): Promise<readonly Finding[]> {
  const { signal } = inv.io;
  const blocked = await examine("credentials' destinations", signal, async () => {
    await assertDestinations(inv, at);
    return [];
  });
  if (blocked.length > 0) return blocked;
  const store = await examineStore(inv, at.flow);
  try {
    const hfiles = flagOption(inv.options, "hfiles")
      ? await examineHfiles(inv, at.flow, store.cold)
      : [];
    const hot = await examineHot(inv, at.flow, store.cold);
    const forge = await examineForge(inv, at);
    return [...hot, ...proofFinding(at.flow), ...hfiles, ...store.findings, ...forge];
  } finally {
    await store.cold?.close();
  }
}

function exitCodeFor(findings: readonly Finding[]): number {
  const codes = new Set(findings.map((f) => f.code));
  if (codes.has("not-authorised")) return EXIT.notAuthorised;
  if (codes.has("store-missing")) return EXIT.storeMissing;
  return findings.some((f) => f.level === "bad") ? EXIT.failed : EXIT.done;
}

const SIGN: Readonly<Record<Level, string>> = { ok: "ok  ", weak: "weak", bad: "BAD " };

function describe({ flow, findings }: Examined): string {
  const lines = findings.map(({ level, check, seen, advice }) => {
    const step = advice === undefined ? "" : `        → ${advice}\n`;
    return `  ${SIGN[level]}  ${check}: ${seen}\n${step}`;
  });
  const count = (level: Level): number => findings.filter((f) => f.level === level).length;
  return (
    `${flow}\n${lines.join("")}` +
    `  ${count("ok")} ok, ${count("weak")} weakened, ${count("bad")} bad\n`
  );
}

const toJson = ({ flow, findings }: Examined): object => ({
  flow,
  findings: findings.map(({ check, level, seen, advice, code }) => ({
    check,
    level,
    seen,
    advice: advice ?? null,
    code: code ?? null,
  })),
});
