import { loadFlow, type LoadResult } from "../../src/flow/load.ts";
import { renderProblems } from "../../src/flow/problems.ts";
import type { Flow } from "../../src/flow/flow.ts";

/** A flow that purges, to be edited. */
export const GOOD = `version: 1
flow: metrics
source:
  warp10: https://warp10.example.net
  select:
    - class: { regex: ".*" }
period:
  first: 2025-11
archive:
  s3: https://cellar-c2.services.clever-cloud.com
  bucket: metrics-cold
purge:
  mode: approve
  write-fence:
    max-past: P45D
`;

export const load = (text: string): LoadResult => loadFlow(Buffer.from(text), "f.yaml");

/** The flow of a text; throws with its problems where it is none. */
export function flowOf(text: string): Flow {
  const result = load(text);
  if ("flow" in result) return result.flow;
  throw new Error(renderProblems(result.problems));
}

/** The problems of a text as `line:column path`, none where it is a flow. */
export function placesOf(text: string): string[] {
  const result = load(text);
  if ("flow" in result) return [];
  return result.problems.map((p) => `${p.line}:${p.column} ${p.path}`);
}

/** The good flow with one part replaced, which must be there. */
export function edited(part: string, replacement: string): string {
  if (!GOOD.includes(part)) throw new Error(`no such part: ${part}`);
  return GOOD.replace(part, () => replacement);
}
