// Which batches may hold one point.
import { expect, test } from "vitest";
import { mayShare } from "../../src/ledger/lineage.ts";

const of = (batch: string, ...parents: string[]) => ({ batch, parents });

test.each([
  ["a batch and itself", of("aaaaaaaa-00000"), of("aaaaaaaa-00000"), true],
  ["two of one plan", of("aaaaaaaa-00000"), of("aaaaaaaa-00001"), false],
  ["two of two plans", of("aaaaaaaa-00000"), of("bbbbbbbb-00001"), true],
  ["a part and what it was split from", of("b-00000", "a-00000"), of("a-00000"), true],
  ["two parts of one split", of("b-00000", "a-00000"), of("b-00001", "a-00000"), false],
  ["parts of two splits of one batch", of("b-00000", "a-00000"), of("c-00001", "a-00000"), true],
  ["a part and another batch of the plan", of("b-00000", "a-00000"), of("a-00001"), false],
  ["parts of two batches of a plan", of("b-00000", "a-00000"), of("c-00000", "a-00001"), false],
  ["a part of a part", of("c-00000", "a-00000", "b-00000"), of("b-00001", "a-00000"), false],
  ["a part and another plan's batch", of("b-00000", "a-00000"), of("d-00000"), true],
])("%s", (_, a, b, may) => {
  expect(mayShare(a, b)).toBe(may);
  expect(mayShare(b, a)).toBe(may);
});
