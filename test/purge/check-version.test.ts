// The tool's own version, as the policy demands it.
import { expect, test } from "vitest";
import { isOlder } from "../../src/flow/version-order.ts";

test.each([
  ["0.1.0", "0.1.0", false],
  ["0.1.0", "0.1.1", true],
  ["0.1.9", "0.1.10", true],
  ["1.0.0", "0.9.9", false],
  ["0.9.9", "1.0.0", true],
  ["0.10.0", "0.9.0", false],
])("%s comes before %s: %j", (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
