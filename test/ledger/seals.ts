// Seals and intents as records of the ledger, with as little said as a test needs.
import type { Stored } from "../../src/cellar/records.ts";
import type { Seal } from "../../src/ledger/records.ts";
import type { Intent } from "../../src/ledger/receipts.ts";
import { hexHash, hexId } from "../support/values.ts";

export const FAMILY = "aaaaaaaa";
export const BATCH = `${FAMILY}-00000`;

const numberOf = (id: string): number =>
  Buffer.from(id).reduce((n, byte) => n * 256 + byte, 0) % 2 ** 40;

export const sealKeyOf = (id: string, batch = BATCH): string =>
  `seals/f/2025-11/${batch}/${id}.json`;
export const intentKeyOf = (n: number, batch = BATCH): string => `intents/f/2025-11/${batch}/${n}`;

/** A stored seal named by a short id; `saw` and `sawIntents` are keys. */
export function sealOf(id: string, said: Partial<Seal> & { atMs?: number } = {}): Stored<Seal> {
  const { atMs = 0, ...value } = said;
  const batch = value.batch ?? BATCH;
  return {
    key: sealKeyOf(id, batch),
    sha256: hexHash(numberOf(id)),
    lastModifiedMs: atMs,
    value: {
      schema: "cellarman/seal/1",
      flow: "f",
      period: "2025-11",
      process: hexId(1),
      batch,
      plan: hexHash(1),
      attempt: hexId(numberOf(id)),
      manifest: { key: `data/${id}`, sha256: hexHash(2) },
      range: { start: "0", end: "99" },
      parents: [],
      saw: [],
      sawIntents: [],
      points: "1",
      bytes: "1",
      ...value,
    },
  };
}

/** A stored intent number `n` of a batch that rests on these seals. */
export function intentOf(
  n: number,
  view: readonly Stored<Seal>[],
  said: Partial<Intent> = {},
): Stored<Intent> {
  const batch = said.batch ?? BATCH;
  return {
    key: intentKeyOf(n, batch),
    sha256: hexHash(n),
    lastModifiedMs: 0,
    value: {
      schema: "cellarman/intent/1",
      flow: "f",
      period: "2025-11",
      process: hexId(2),
      batch,
      range: { start: "0", end: "99" },
      parents: [],
      selector: "~(.*){}",
      server: "https://warp10.example.net",
      view: view.map(({ key, sha256 }) => ({ key, sha256 })),
      approvals: [],
      readBeganMs: 0,
      ...said,
    },
  };
}
