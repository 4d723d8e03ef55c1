// Inputs of the gate's decision on contents, with as little said as a test needs.
import { type ContentsInput, decideContents, type SealStanding } from "../../src/purge/decide.ts";
import type { SeriesDiff, TotalsJudged } from "../../src/verify/diff.ts";

export const counts = (key: string): SealStanding => ({ key, lacks: undefined });
export const lacks = (key: string, why: string, earliestMs?: number): SealStanding => ({
  key,
  lacks: { why, earliestMs, isFinal: false },
});
export const judged = (said: Partial<TotalsJudged> = {}): TotalsJudged => ({
  heldBy: new Map(),
  unclear: [],
  unarchived: [],
  gone: [],
  ...said,
});
export const diff = (said: Partial<SeriesDiff> = {}): SeriesDiff => ({
  identity: "a",
  late: 0,
  lacking: 0,
  conflicts: 0,
  needs: [],
  example: undefined,
  ...said,
});

export const RANGE = { start: 0n, end: 99n };

/** Hot and archive agree on ten points of one series, held by a seal that counts. */
const AGREE: ContentsInput = {
  batch: "b",
  range: RANGE,
  hotPoints: 10n,
  archivedPoints: 10n,
  judged: judged({ heldBy: new Map([["a", ["s1"]]]) }),
  diffs: [],
  goneWith: new Map(),
  standing: [counts("s1")],
  intentOnRecord: false,
  liftedFindings: new Set(),
};
export const decide = (said: Partial<ContentsInput> = {}) => decideContents({ ...AGREE, ...said });
