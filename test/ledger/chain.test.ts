// A chain of receipts: each link finds the bytes that it quotes, or the chain says where it breaks.
import { describe, expect, it } from "vitest";
import { brokenLinks, type ChainRecord, linksOf } from "../../src/ledger/chain.ts";
import type { LedgerRecord } from "../../src/ledger/kinds.ts";
import { checkRecord } from "../../src/ledger/kinds.ts";

const hash = (n: number): string => n.toString(16).padStart(64, "0");
const at = { flow: "f", period: "2025-11", batch: "b-1", process: "0".repeat(32) };
const quote = (key: string, n: number) => ({ key, sha256: hash(n) });

const intent: LedgerRecord = {
  schema: "cellarman/intent/1",
  ...at,
  range: { start: "0", end: "1" },
  parents: [],
  selector: "~.*{}",
  server: "http://hot",
  view: [quote("seals/b-1/s", 1)],
  approvals: [],
  readBeganMs: 0,
  previous: [quote("verified/b-1/v", 2)],
};
const purged: LedgerRecord = {
  schema: "cellarman/purged/1",
  ...at,
  intents: 1,
  points: "3",
  series: "1",
  registeredMeanwhile: [],
  previous: [quote("intents/b-1/1", 3)],
};
const verified: LedgerRecord = {
  schema: "cellarman/verified/1",
  ...at,
  seal: quote("seals/b-1/s", 1),
  points: "3",
  series: "1",
  digest: hash(9),
};
const stored = (key: string, n: number, value: LedgerRecord): ChainRecord => ({
  key,
  sha256: hash(n),
  value,
});
const all = (): true => true;

describe("a chain", () => {
  const seal = { ...stored("seals/b-1/s", 1, verified), value: { ...verified } };
  const chain = [
    stored("verified/b-1/v", 2, verified),
    stored("intents/b-1/1", 3, intent),
    stored("purged/b-1/1.x", 4, purged),
  ];
  const whole = [{ ...seal, value: { ...intent, view: [], previous: [] } }, ...chain];

  it("is unbroken where every quote finds its bytes", () => {
    for (const { value } of whole) expect(() => checkRecord(value)).not.toThrow();
    expect(linksOf(intent)).toHaveLength(2);
    expect(brokenLinks(whole, all)).toEqual([]);
  });

  it("says which record is gone, and which has other bytes", () => {
    const gone = whole.filter((r) => !r.key.startsWith("verified/"));
    expect(brokenLinks(gone, all)).toEqual([
      "intents/b-1/1 quotes verified/b-1/v, which is not there",
    ]);
    const changed = whole.map((r) =>
      r.key.startsWith("intents/") ? { ...r, sha256: hash(8) } : r,
    );
    expect(brokenLinks(changed, all)).toEqual([
      "purged/b-1/1.x quotes other bytes of intents/b-1/1 than lie there",
    ]);
  });

  it("says which record quotes nothing before it; such a one is still readable", () => {
    const { previous: _, ...old } = purged;
    expect(() => checkRecord(old)).not.toThrow();
    const broken = brokenLinks([...whole.slice(0, 3), stored("purged/b-1/1.x", 4, old)], all);
    expect(broken).toEqual([expect.stringContaining("a version without chains wrote it")]);
  });

  it("leaves out what it is not about", () => {
    expect(brokenLinks(chain, (key) => !key.startsWith("seals/"))).toEqual([]);
  });
});
