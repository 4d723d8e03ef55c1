// What a gate says of contents: go, wait, late, nothing, retry, quarantine (design §3, "What a gate
// says").
import { describe, expect, test } from "vitest";
import { findingDigest } from "../../src/ledger/finding.ts";
import type { ContentsInput, SealStanding } from "../../src/purge/decide.ts";
import { counts, decide, diff, judged, lacks, RANGE } from "./contents.ts";

describe("go", () => {
  test("when every hot point is held by a seal that counts", () => {
    expect(decide()).toEqual({
      outcome: "go",
      seen: "all 10 hot points are in the archive",
      earliestMs: undefined,
      finding: undefined,
      series: [],
    });
  });

  test("when each point's set of seals has one that counts, whatever the others lack", () => {
    const standing = [
      counts("s1"),
      lacks("s2", "not approved"),
      lacks("s3", "its plan was retired"),
    ];
    const diffs = [
      diff({
        needs: [
          ["s1", "s2"],
          ["s3", "s1"],
        ],
      }),
    ];
    expect(decide({ standing, diffs }).outcome).toBe("go");
  });

  test("when hot is partly deleted already and an intent explains it", () => {
    const half = { goneWith: new Map([["b", 5n]]), diffs: [diff({ lacking: 3, needs: [["s1"]] })] };
    expect(decide({ ...half, intentOnRecord: true }).outcome).toBe("go");
  });
});

describe("quarantine", () => {
  const gone = { goneWith: new Map([["b", 5n]]) };

  test("when hot lacks a whole archived series and no intent is on record", () => {
    expect(decide(gone)).toMatchObject({
      outcome: "quarantine",
      seen: "hot lacks 5 archived points of 1 series",
      series: ["b"],
      finding: findingDigest("b", RANGE, new Map([["b", 5n]])),
    });
  });

  test("when hot lacks single archived points", () => {
    expect(decide({ diffs: [diff({ lacking: 2, needs: [["s1"]] })] })).toMatchObject({
      outcome: "quarantine",
      finding: findingDigest("b", RANGE, new Map([["a", 2n]])),
    });
  });

  test("comes before late: what vanished is never buried under a further attempt", () => {
    const both = { ...gone, judged: judged({ unarchived: ["new"] }) };
    expect(decide(both).outcome).toBe("quarantine");
    expect(decide({ ...both, intentOnRecord: true }).outcome).toBe("late");
  });

  test("a hot store that is empty all of a sudden is quarantined, not taken for purged", () => {
    const empty = { ...gone, hotPoints: 0n, judged: judged() };
    expect(decide(empty).outcome).toBe("quarantine");
  });

  test("a lift passes over exactly the finding that it quotes, and over nothing else", () => {
    const lifted = { liftedFindings: new Set([findingDigest("b", RANGE, new Map([["b", 5n]]))]) };
    expect(decide({ ...gone, ...lifted }).outcome).toBe("go");
    const others: Partial<ContentsInput>[] = [
      { goneWith: new Map([["b", 6n]]) },
      { goneWith: new Map([["c", 5n]]) },
      {
        goneWith: new Map([
          ["b", 5n],
          ["c", 1n],
        ]),
      },
      { ...gone, diffs: [diff({ lacking: 1, needs: [["s1"]] })] },
      { ...gone, batch: "other" },
      { ...gone, range: { start: 0n, end: 49n } },
      { ...gone, range: { start: 1n, end: 99n } },
    ];
    for (const other of others) expect(decide({ ...other, ...lifted }).outcome).toBe("quarantine");
  });
});

describe("late", () => {
  test("when hot has a series that no seal holds", () => {
    expect(decide({ judged: judged({ unarchived: ["z", "y"] }) })).toMatchObject({
      outcome: "late",
      series: ["y", "z"],
    });
  });

  test("when a point is new or rewritten, with the first example", () => {
    const verdict = decide({ diffs: [diff({ late: 1, example: "hot 5 = 7, archive nothing" })] });
    expect(verdict).toMatchObject({ outcome: "late", series: ["a"] });
    expect(verdict.seen).toBe(
      "1 series have points that the archive lacks: hot 5 = 7, archive nothing",
    );
    expect(decide({ diffs: [diff({ late: 1 })] }).seen).toBe(
      "1 series have points that the archive lacks",
    );
  });

  test("when seals that did not see each other differ", () => {
    expect(decide({ diffs: [diff({ conflicts: 1 })] }).outcome).toBe("late");
  });

  const stranded = (key: string): SealStanding => ({
    key,
    lacks: { why: "its plan was retired", earliestMs: undefined, isFinal: true },
  });

  test("when all that holds a point will never count: only a further attempt helps", () => {
    const standing = [stranded("s1"), stranded("s2"), counts("s3")];
    const both = judged({ heldBy: new Map([["b", ["s1", "s2"]]]) });
    expect(decide({ standing, judged: both })).toMatchObject({
      outcome: "late",
      series: ["b"],
      seen: "1 series have points that only seals hold which cannot count",
    });
    const mixed = judged({
      heldBy: new Map([
        ["b", ["s1", "s2"]],
        ["c", ["s3"]],
      ]),
    });
    expect(decide({ standing, judged: mixed }).series).toEqual(["b"]);
    const diffs = [diff({ needs: [["s3"], ["s2"]] }), diff({ identity: "d", needs: [["s3"]] })];
    expect(decide({ standing, diffs, judged: judged() })).toMatchObject({
      outcome: "late",
      series: ["a"],
    });
  });

  test("but not where one of them counts, or will", () => {
    for (const other of [counts("s2"), lacks("s2", "not approved")]) {
      const both = judged({ heldBy: new Map([["a", ["s1", "s2"]]]) });
      const verdict = decide({ standing: [stranded("s1"), other], judged: both });
      expect(verdict.outcome).toBe(other.lacks ? "wait" : "go");
    }
  });

  test("names each series once, however many ways it is late", () => {
    const standing = [stranded("s1")];
    const both = judged({ heldBy: new Map([["a", ["s1"]]]), unarchived: ["a"] });
    const diffs = [diff({ late: 1, needs: [["s1"]] })];
    expect(decide({ standing, judged: both, diffs }).series).toEqual(["a"]);
  });

  test("comes before waiting: nobody waits for grace in vain", () => {
    const standing = [lacks("s1", "its grace is not over", 5)];
    expect(decide({ standing, judged: judged({ unarchived: ["z"] }) }).outcome).toBe("late");
  });
});

describe("nothing to do, and vacuous", () => {
  const empty = { hotPoints: 0n, judged: judged() };

  test("both proven empty is an end that authorises nothing", () => {
    expect(decide({ ...empty, archivedPoints: 0n })).toMatchObject({
      outcome: "nothing",
      seen: "hot and archive are both empty",
    });
  });

  test("hot empty after a purge of ours is nothing to do", () => {
    const after = { ...empty, goneWith: new Map([["a", 10n]]), intentOnRecord: true };
    expect(decide(after)).toMatchObject({ outcome: "nothing", seen: "hot is empty" });
  });

  test("an archive without a point of this batch never authorises a delete", () => {
    expect(decide({ archivedPoints: 0n })).toMatchObject({
      outcome: "retry",
      seen: "the archive holds no point of this batch",
    });
  });
});
