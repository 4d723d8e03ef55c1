// Generations in the ledger: one at a time, whoever begins them.
import { describe, expect, it } from "vitest";
import {
  assertOpen,
  endGeneration,
  findOpen,
  openGeneration,
} from "../../../src/archive/hfile/generations.ts";
import type { Generation } from "../../../src/ledger/generations.ts";
import { batchRecordKey, generationKey } from "../../../src/ledger/keys.ts";
import { memoryCold } from "../../support/memory-cold.ts";

const AT = { flow: "f", period: "2025-11", batch: "0000aaaa-00000" };
const id = (n: number): string => String(n).padStart(32, "0");
const PROCESS = id(1);

const generation = (n: number): Generation => ({
  schema: "cellarman/generation/1",
  ...AT,
  process: PROCESS,
  plan: "0".repeat(64),
  generation: id(n),
  session: id(100 + n),
  server: "https://warp10.example.net",
  file: `cellarman-${AT.batch}-${id(n)}.hfile`,
  range: { start: "0", end: "9" },
  selector: "~.*{}",
  saw: [],
  sawIntents: [],
  timeboxMs: 1_000,
  keep: null,
  mutex: null,
  points: null,
});

const open = (cold: ReturnType<typeof memoryCold>, n: number) =>
  openGeneration(cold, AT, PROCESS, async () => generation(n));
const failed = (n: number) => ({
  generation: id(n),
  outcome: "failed" as const,
  why: "a test",
  files: [],
});

describe("generations of a batch", () => {
  it("are resumed by whoever comes later, until one has ended", async () => {
    const cold = memoryCold();
    expect(await open(cold, 1)).toMatchObject({ n: 1, isResumed: false });
    expect(await open(cold, 2)).toMatchObject({ n: 1, isResumed: true });
    await endGeneration(cold, AT, PROCESS, 1, failed(1));
    await endGeneration(cold, AT, PROCESS, 1, failed(1));
    expect(await open(cold, 3)).toMatchObject({ n: 2, isResumed: false });
    expect(cold.objects.has(generationKey(AT, 3))).toBe(false);
  });

  it("of two recorded at once the first runs, and the other never begins", async () => {
    const cold = memoryCold();
    const [one, two] = await Promise.all([open(cold, 1), open(cold, 2)]);
    expect(one.record.value.generation).toBe(two.record.value.generation);
    expect([one.isResumed, two.isResumed].filter((is) => !is)).toHaveLength(1);
    expect((await findOpen(cold, AT))?.n).toBe(1);
  });

  it("that a seal rests on are over, recorded or not", async () => {
    const cold = memoryCold();
    await open(cold, 1);
    const quoted = { key: "data/x", sha256: "0".repeat(64) };
    cold.plant(batchRecordKey("seals", AT, id(7)), {
      schema: "cellarman/seal/1",
      ...AT,
      process: PROCESS,
      plan: "0".repeat(64),
      attempt: id(8),
      manifest: quoted,
      range: { start: "0", end: "9" },
      parents: [],
      saw: [],
      sawIntents: [],
      points: "1",
      bytes: "1",
      generation: id(1),
    });
    expect(await open(cold, 2)).toMatchObject({ n: 2, isResumed: false });
  });

  it("that others gave up are not sealed", async () => {
    const cold = memoryCold();
    await open(cold, 1);
    await assertOpen(cold, AT, 1);
    await endGeneration(cold, AT, PROCESS, 1, failed(1));
    await expect(assertOpen(cold, AT, 1)).rejects.toMatchObject({ code: "blocked" });
  });
});
